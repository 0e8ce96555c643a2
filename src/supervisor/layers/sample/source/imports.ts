const longestLine = 300;

/**
 * The packages from which a file takes something of these names, `import { name } from "package"` or
 * `const { name } = require("package")`, or of which it calls it, `whole.name(…)`, also as a method of what it has made
 * by them, `const made = new Whole()`.
 * @param source The lines of the file.
 */
export function packagesNamedBy(source: readonly string[], names: ReadonlySet<string>): ReadonlySet<string> {
  const packages = new Set<string>();
  const lines = source.filter((line) => line.length <= longestLine);
  /** By what the file calls them, and what it takes from them. */
  const imported = new Map<string, string>();
  for (const line of lines) {
    const [, name] = /\b(?:require\s?\(|from)\s?["']([^"'./][^"']*)["']/.exec(line) ?? [];
    if (name === undefined) {
      continue;
    }
    const [before = ""] = line.split(/\b(?:require|from)\b/);
    const words = wordsOf(before);
    if (words.some((word) => names.has(word))) {
      packages.add(name);
    }
    for (const word of before.includes("{") ? words : words.slice(-1)) {
      imported.set(word, name);
    }
  }
  if (imported.size === 0) {
    return packages;
  }
  /** What is made by means of a package, by its name. */
  const made = new Map<string, string>();
  for (const line of lines) {
    const equals = line.indexOf("=");
    const [left = "", right = ""] = equals < 1 ? [] : [line.slice(0, equals), line.slice(equals + 1)];
    const origin = wordsOf(right).find((word) => imported.has(word));
    const name = wordsOf(left.split(":")[0] ?? "").at(-1);
    if (origin !== undefined && name !== undefined && !/^[>=]/.test(right)) {
      made.set(name, imported.get(origin) ?? "");
    }
  }
  for (const line of lines) {
    for (const [object, method] of methodCalls(line)) {
      const name = names.has(method) ? (imported.get(object) ?? made.get(object)) : undefined;
      if (name !== undefined) {
        packages.add(name);
      }
    }
  }
  packages.delete("");
  return packages;
}

/** Of each call of a method that stands on a line, the name before the dot, and the method's. */
function methodCalls(line: string): [object: string, method: string][] {
  return line
    .split("(")
    .slice(0, -1)
    .flatMap((before) => {
      const chain =
        before
          .trimEnd()
          .split(/[^\w$.?]/)
          .at(-1) ?? "";
      const [method, object] = chain.split(/\??\./).reverse();
      return method === undefined || object === undefined ? [] : [[object, method] as [string, string]];
    });
}

/** All but what takes things from a package. */
function wordsOf(text: string): string[] {
  return text.split(/[^\w$]+/).filter((word) => word !== "" && !/^(?:const|let|var|import|export|type|as)$/.test(word));
}
