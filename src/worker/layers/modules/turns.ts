import { setImmediate, steadyNow } from "../givenTimers.ts";

/** The longest that our work continues in one turn of the event loop, in milliseconds. */
const usualTurnMs = 10;

/**
 * Processes items in as many turns of the event loop as needed, so that the app's requests are answered meanwhile.
 * @param turnMs Milliseconds after which the rest is left for the next turn; default 10.
 */
export async function shareOutTurns<Item>(
  items: readonly Item[],
  step: (item: Item) => void,
  turnMs = usualTurnMs,
): Promise<void> {
  let turnEnds = steadyNow() + turnMs;
  for (const item of items) {
    if (steadyNow() >= turnEnds) {
      await nextTurn();
      turnEnds = steadyNow() + turnMs;
    }
    step(item);
  }
}

/** Resolves once the event loop has handled other pending work. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
