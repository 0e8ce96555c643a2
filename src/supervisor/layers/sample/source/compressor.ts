import { bodyOf, withoutNoise } from "./builtinLines.ts";

const families: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["brotli", /brotli/i],
  ["zstd", /zstd|zstandard/i],
  ["zlib", /gzip|gunzip|deflate|inflate|unzip/i],
];

/**
 * What the function that begins at a line compresses with: the one family that its text names, or, where it names none,
 * that of its file.
 * @param source The lines of its file.
 * @param first From 1.
 */
export function compressorIn(source: readonly string[], first: number): string | undefined {
  const inFunction = familiesIn([source[first - 1] ?? "", ...bodyOf(source, first)]);
  const found = inFunction.length > 0 ? inFunction : familiesIn(source);
  return found.length === 1 ? found[0] : undefined;
}

function familiesIn(lines: readonly string[]): string[] {
  const text = lines.map(withoutNoise).join("\n");
  return families.flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []));
}
