import { HitlessError, toHitlessError } from "../shared/errors.ts";
import { type LaunchMessage, type LaunchReply, launchMessageSchema } from "../shared/launch.ts";
import { parseMessage } from "../shared/parseMessage.ts";
import { protocolVersion } from "../shared/protocol.ts";
import { runSupervisor } from "./supervisor.ts";
import type { Inbox } from "./upgrade/predecessor.ts";

/** Milliseconds for the launcher to say what to run. */
const launchDeadlineMs = 10_000;

/**
 * The supervisor's process: told over Node's IPC channel what to run, it answers once its control server listens, lets go of
 * whoever launched it, and lives on its own.
 */
export function awaitLaunch(): void {
  const deadline = setTimeout(() => process.exit(1), launchDeadlineMs);
  process.once("message", (message: unknown) => {
    clearTimeout(deadline);
    if (typeof message === "object" && message !== null && Reflect.get(message, "kind") === "succeed") {
      const inbox: Inbox = [[message, undefined]];
      const keep = (...told: [unknown, unknown]): void => void inbox.push(told);
      process.on("message", keep);
      void import("./succeed.ts").then(({ succeed }) => {
        process.off("message", keep);
        return succeed(inbox);
      });
    } else {
      void launch(message);
    }
  });
}

async function launch(message: unknown): Promise<void> {
  try {
    const wanted = parseLaunch(message);
    await runSupervisor(wanted);
    reply({ kind: "launched", pid: process.pid });
  } catch (thrown) {
    const error = toHitlessError(thrown);
    reply({ kind: "refused", code: error.code, message: error.message }, () => process.exit(1));
  }
}

function parseLaunch(message: unknown): LaunchMessage {
  const version: unknown =
    typeof message === "object" && message !== null ? Reflect.get(message, "protocolVersion") : undefined;
  if (version !== protocolVersion) {
    throw new HitlessError(
      "protocolMismatch",
      `The supervisor speaks protocol version ${protocolVersion}, its launcher ${String(version)}.`,
    );
  }
  return parseMessage(launchMessageSchema, "launch", message);
}

function reply(answer: LaunchReply, sent: () => void = () => undefined): void {
  process.send?.(answer, undefined, undefined, () => {
    if (process.connected) {
      process.disconnect();
    }
    sent();
  });
}
