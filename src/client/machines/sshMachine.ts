/** A machine that can be reached by ssh. */
export interface Machine {
  /** What it is called here. */
  readonly name: string;
  /** What ssh is given: an alias of the user's configuration, `user@host` or `ssh://user@host:port`. */
  readonly ssh: string;
  /** The program that runs Hitless there; default: what `hitless machine prepare` has put there, else the PATH's. */
  readonly hitless?: string;
}
