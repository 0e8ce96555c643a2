/** A reason as it may stand inside of a sentence, as in parentheses: without a full stop of its own. */
export function withinSentence(reason: string): string {
  return reason.endsWith(".") && !reason.endsWith("..") ? reason.slice(0, -1) : reason;
}
