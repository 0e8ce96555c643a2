import type { SupervisorEvent } from "../../shared/logs.ts";
import type { FromSuccessor } from "../../shared/upgrade/upgradeMessages.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogStore, OutputCopy } from "../logs/logStore.ts";

type Output = Extract<FromSuccessor, { readonly kind: "output" }>;

/** Sends output to the other supervisor. */
export function outputPipe(send: (message: Output) => void): OutputCopy {
  return {
    write: ({ worker, slot, generation }, stream, bytes) =>
      send({ kind: "output", worker, slot, generation, stream, bytes: bytes.toString("base64") }),
    end: ({ worker, slot, generation }, stream) => send({ kind: "output", worker, slot, generation, stream }),
  };
}

/** Keeps output that the other supervisor has sent. */
export function keepOutput(logs: LogStore, { worker, slot, generation, stream, bytes }: Output): void {
  const source = { worker, slot, generation };
  if (bytes === undefined) {
    logs.finish(source, stream);
  } else {
    logs.append(source, stream, Buffer.from(bytes, "base64"));
  }
}

/** Logs anew what the other supervisor has logged. */
export function keepEvent(events: EventLog, { level, code, message, worker }: SupervisorEvent): void {
  events.log(level, code, message, worker);
}
