/**
 * Splits a simple command line into its words, without quotes; `undefined` as soon as it needs a shell (operators,
 * expansions, an open quote). The result is never run.
 */
export function shellWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quote !== undefined) {
      if (character === quote) {
        quote = undefined;
      } else if (quote === '"' && (character === "$" || character === "`")) {
        return undefined;
      } else {
        word = (word ?? "") + character;
      }
    } else if (character === '"' || character === "'") {
      quote = character;
      word = word ?? "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) {
        words.push(word);
        word = undefined;
      }
    } else if ("&|;<>()$`*?!%\n".includes(character)) {
      return undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) {
    return undefined;
  }
  return word === undefined ? words : [...words, word];
}
