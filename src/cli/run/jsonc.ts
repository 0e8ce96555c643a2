/**
 * Reads JSON with comments and trailing commas, as VS Code's settings are written.
 * @throws SyntaxError as `JSON.parse`.
 */
export function parseJsonc(text: string): unknown {
  // A string, or else a comment, or else a comma that only blanks and comments part from a closing bracket.
  const tokens = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[\]}])/g;
  return JSON.parse(text.replace(/^\uFEFF/, "").replace(tokens, (token) => (token.startsWith('"') ? token : " ")));
}
