/** What goes with each order to a balancer. */
export interface BalancerOptions {
  /** Aborting it ends the wait with `cancelled`; what was changed is put back first. */
  readonly signal?: AbortSignal | undefined;
  /** Told what is being waited for, in a few words. */
  readonly onDidSay?: ((text: string) => void) | undefined;
}

/**
 * Takes machines of a fleet out of a balancer and puts them back. Renewals that hand connections over need none: the
 * machine serves all the while.
 */
export interface Balancer {
  /** It is told nothing, and finds out by itself that a machine does not answer. */
  readonly findsOut?: true;
  /**
   * Whether all of these machines can be taken out and put back, found out without a change.
   * @throws HitlessError `balancerFailed` or `badConfig`, which name what is in the way and the fix.
   */
  check(machines: readonly string[], options?: BalancerOptions): Promise<void>;
  /**
   * Resolves when the machine is given no request any more and has answered those it had. One that is out already is no
   * error. If it fails, the machine is put back as it was.
   * @throws HitlessError `balancerFailed`, `cancelled`, or what running a command throws.
   */
  drain(machine: string, options?: BalancerOptions): Promise<void>;
  /**
   * Resolves when the balancer gives the machine requests again.
   * @throws HitlessError as `drain`.
   */
  undrain(machine: string, options?: BalancerOptions): Promise<void>;
  /**
   * Whether the machine is out, by what the balancer says; `undefined` where it can't tell.
   * @throws HitlessError as `check`.
   */
  isOut(machine: string, options?: BalancerOptions): Promise<boolean | undefined>;
  /**
   * Where the balancer sends the machine's requests; `undefined` where it can't tell.
   * @throws HitlessError as `check`.
   */
  addressOf(machine: string): Promise<{ readonly host: string; readonly port: number } | undefined>;
  /** What a person does to put it back. */
  byHand(machine: string): string;
}
