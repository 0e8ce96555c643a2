/**
 * Takes a text of arguments apart as pm2 does: at white space, but for what is quoted; of a word that is quoted as a whole
 * the quotes go, of others (`--name="a b"`) they stay.
 */
export function pm2Words(text: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  for (const character of text) {
    if (quote !== "") {
      word += character;
      quote = character === quote ? "" : quote;
    } else if (character.trim() === "") {
      words.push(word);
      word = "";
    } else {
      // Within a word a quote means something only behind "=".
      quote = /["']/.test(character) && (word === "" || word.endsWith("=")) ? character : "";
      word += character;
    }
  }
  return [...words, word].map(unquoted).filter((each) => each.trim() !== "");
}

function unquoted(word: string): string {
  const [first = ""] = word;
  return word.length > 1 && /["']/.test(first) && word.endsWith(first) ? word.slice(1, -1) : word;
}
