/** A place in a file in a word, such as `server.ts:12`. */
export function placeText({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file.split(/[\\/]/).at(-1) ?? file}:${line}`;
}
