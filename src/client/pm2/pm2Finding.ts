/** What becomes of an option of a pm2 file. */
export type Pm2Verdict =
  /** Hitless has the same. */
  | "equal"
  /** It becomes something that differs in a way to know of. */
  | "translated"
  /** Hitless does without, or always does it. */
  | "notNeeded"
  /** It is not done. */
  | "notSupported"
  /** pm2 itself does nothing with it, as where it stands at the wrong place. */
  | "ignoredByPm2";

/** One option that a file has, and what becomes of it. */
export interface Pm2Finding {
  /** As written. */
  readonly option: string;
  readonly verdict: Pm2Verdict;
  /** A sentence without its full stop, or what it becomes. */
  readonly text: string;
}
