/** Lets one piece of work begin when the one before has ended, however that ended. */
export type InTurn = <Result>(act: () => Promise<Result>) => Promise<Result>;

/** For a balancer of which several machines are taken out at once: each must see what the others have done. */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const result = last.then(act);
    last = result.catch(() => undefined);
    return result;
  };
}
