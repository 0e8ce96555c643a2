const longestLine = 300;

/**
 * The packages from which a file takes something of these names, `import { name } from "package"` or
 * `const { name } = require("package")`, or of which it calls it, `whole.name(…)`.
 * @param source The lines of the file.
 */
export function packagesNamedBy(source: readonly string[], names: ReadonlySet<string>): ReadonlySet<string> {
  const packages = new Set<string>();
  /** What a whole package is called. */
  const wholes = new Map<string, string>();
  for (const line of source) {
    const [, name] =
      line.length > longestLine ? [] : (/\b(?:require\s?\(|from)\s?["']([^"'./][^"']*)["']/.exec(line) ?? []);
    if (name === undefined) {
      continue;
    }
    const [before = ""] = line.split(/\b(?:require|from)\b/);
    const words = before.split(/[^\w$]+/);
    if (words.some((word) => names.has(word))) {
      packages.add(name);
    } else if (!before.includes("{")) {
      wholes.set(words.findLast((word) => word !== "") ?? "", name);
    }
  }
  for (const [whole, name] of wholes) {
    const calls = (line: string): boolean => [...names].some((each) => line.includes(`${whole}.${each}`));
    if (whole !== "" && source.some((line) => line.length <= longestLine && calls(line))) {
      packages.add(name);
    }
  }
  return packages;
}
