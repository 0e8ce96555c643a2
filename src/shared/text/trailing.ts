/**
 * The end of a text that consists of such characters only. A regular expression such as `/[ \t]*$/` tries again at every
 * place where one of them stands, which takes the square of a long run's length.
 */
export function trailing(text: string, isWanted: (character: string) => boolean): string {
  let start = text.length;
  while (start > 0 && isWanted(text.charAt(start - 1))) {
    start -= 1;
  }
  return text.slice(start);
}

/** Spaces and tabs, what lines are indented with. */
export function isBlank(character: string): boolean {
  return character === " " || character === "\t";
}

/** What an identifier is made of. */
export function isWord(character: string): boolean {
  return /^[\w$]$/.test(character);
}
