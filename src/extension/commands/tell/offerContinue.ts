import type { Disposable } from "../../../shared/basics/disposable.ts";
import { workerLabel } from "../../../shared/text/workerName.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { pausedWord } from "../../presentation/stateWords.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { Notifier } from "./notify.ts";

/**
 * While a renewal runs: says of each worker that a debugger has stopped, once, that the renewal waits for it, and can let it go
 * on. It would wait without end.
 */
export function offerContinue({
  context: { t },
  notifier,
  session,
}: {
  readonly context: CommandContext;
  readonly notifier: Notifier;
  readonly session: AppSession;
}): Disposable {
  const told = new Set<number>();
  const look = (): void => {
    for (const worker of session.view.snapshot?.workers ?? []) {
      const { id, paused } = worker;
      // One that waits for its debugger is let go by itself.
      if (paused !== undefined && !paused.waits && !told.has(id)) {
        told.add(id);
        const where = pausedWord(paused, t);
        const text = t(
          "The reload of “{0}” waits for worker {1}, which is {2}.",
          session.name,
          workerLabel(worker, t),
          where,
        );
        notifier.message("info", text, [
          { title: t("Continue"), run: () => session.requests.continueWorker(id).catch(() => undefined) },
        ]);
      }
    }
  };
  look();
  return session.onDidChange(look);
}
