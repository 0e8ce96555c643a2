import { toHitlessError } from "../shared/errors.ts";
import type { FromSuccessor } from "../shared/upgrade/upgradeMessages.ts";
import { numberWorkersAfter } from "./process/workerForker.ts";
import { runSupervisor } from "./supervisor.ts";
import { type Inbox, Predecessor } from "./upgrade/predecessor.ts";

/** Takes an app over from the supervisor that has started this process. */
export async function succeed(inbox: Inbox): Promise<void> {
  try {
    const predecessor = await Predecessor.meet(inbox);
    numberWorkersAfter(predecessor.estate.lastWorker);
    await runSupervisor(predecessor.estate.launch, predecessor);
  } catch (thrown) {
    const { message } = toHitlessError(thrown);
    const failed: FromSuccessor = { kind: "failed", reason: message };
    if (process.connected) {
      process.send?.(failed, undefined, undefined, () => process.exit(1));
    } else {
      process.exit(1);
    }
  }
}
