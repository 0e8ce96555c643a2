import { HitlessError } from "../../shared/errors.ts";
import { withinSentence } from "../../shared/text/withinSentence.ts";

/**
 * Checks the cron pattern of an app.
 * @throws HitlessError `badConfig`, which says what is wrong with it.
 */
export async function checkSchedule(pattern: string | undefined): Promise<void> {
  if (pattern === undefined) {
    return;
  }
  const refuse = (problem: string): never => {
    throw new HitlessError("badConfig", `schedule: ${pattern} ${problem}.`, { remedy: "openSettings" });
  };
  // Most apps have none.
  const { Cron } = await import("croner");
  const next = nextOf(() => new Cron(pattern, { paused: true }).nextRun());
  if (next instanceof Error) {
    refuse(`is no cron pattern: ${withinSentence(next.message.replace(/^CronPattern: /, ""))}`);
  }
  if (next === null) {
    refuse("never comes");
  }
}

function nextOf(find: () => Date | null): Date | null | Error {
  try {
    return find();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
