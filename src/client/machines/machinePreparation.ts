import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type ErrorCode, HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Greeting } from "../../shared/machines/machineProtocol.ts";
import { commandLineBundles } from "./commandLineBundles.ts";
import { MachineConnection } from "./machineConnection.ts";
import { copyToMachine, probeForPrepare, type Standing } from "./prepareMachine.ts";
import type { Machine } from "./sshMachine.ts";

/** What is to be copied to a machine, as a person is asked. */
export interface Preparation {
  readonly machine: Machine;
  /** Paths of the bundles here. */
  readonly files: readonly string[];
  readonly bytes: number;
  /** The Node.js that runs it there, and the folder into which it is copied. */
  readonly standing: Standing;
}

/** In these cases a copy helps; where it does not, what follows says why. */
const mendable: readonly ErrorCode[] = ["hitlessMissing", "protocolMismatch", "badMessage", "connectionLost"];

/**
 * What answers on a machine; `undefined` where Hitless is missing, broken, or speaks another version of the protocol.
 * @throws HitlessError when the machine can't be reached, as `MachineConnection.open` does.
 */
export async function answeringHitless(machine: Machine): Promise<Greeting | undefined> {
  try {
    const connection = await MachineConnection.open(machine);
    connection.dispose();
    return connection.greeting;
  } catch (thrown) {
    const error = toHitlessError(thrown);
    if (mendable.includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Looks what would be copied, and where; touches nothing.
 * @param bundles Folder of the built command line here.
 * @throws HitlessError `badConfig` where the settings name the machine's own program, `nodeTooOld`, or as `openSshSession`
 *   does.
 */
export async function planPreparation(machine: Machine, bundles: string): Promise<Preparation> {
  refuseOwn(machine);
  const files = commandLineBundles.map((name) => join(bundles, name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { machine, files, bytes, standing: await probeForPrepare(machine) };
}

/**
 * Copies it, and lets it answer.
 * @param version Version of this Hitless.
 * @param onCopied Called when the files have arrived.
 */
export async function prepareMachine(
  { machine, files }: Preparation,
  version: string,
  onCopied: () => void = () => undefined,
): Promise<Greeting> {
  await copyToMachine(machine, files, version);
  onCopied();
  const connection = await MachineConnection.open(machine);
  connection.dispose();
  return connection.greeting;
}

/** What a person has put there, and named, is not overruled. */
function refuseOwn({ name, hitless }: Machine): void {
  if (hitless !== undefined) {
    throw new HitlessError(
      "badConfig",
      `${name} runs ${hitless}, as its "hitless" in the settings says. Leave that out, or put a Hitless of this version there.`,
    );
  }
}
