const longestLine = 300;

/** Lines of one import. */
const longestImport = 60;

/**
 * The packages from which a file takes something of these names, `import { name } from "package"` or
 * `const { name } = require("package")`, or of which it calls it, `whole.name(…)`, also as a method of what it has made
 * by them, `const made = new Whole()`.
 * @param source The lines of the file.
 */
export function packagesNamedBy(source: readonly string[], names: ReadonlySet<string>): ReadonlySet<string> {
  const packages = new Set<string>();
  for (const [words, name] of importsIn(source)) {
    if (words.some((word) => names.has(word))) {
      packages.add(name);
    }
  }
  const origins = originsIn(source);
  if (origins.size > 0) {
    for (const line of shortLines(source)) {
      for (const [object, method] of methodCalls(line)) {
        const name = names.has(method) ? origins.get(object) : undefined;
        if (name !== undefined) {
          packages.add(name);
        }
      }
    }
  }
  packages.delete("");
  return packages;
}

/**
 * For the names that a file gives to what it takes from packages, and to what it makes by means of these, the package.
 * @param source The lines of the file.
 */
export function originsIn(source: readonly string[]): ReadonlyMap<string, string> {
  const imported = new Map<string, string>();
  for (const [words, name, isApart] of importsIn(source)) {
    for (const word of isApart ? words : words.slice(-1)) {
      imported.set(word, name);
    }
  }
  if (imported.size === 0) {
    return imported;
  }
  const made = new Map<string, string>();
  for (const line of shortLines(source)) {
    const equals = line.indexOf("=");
    const [left = "", right = ""] = equals < 1 ? [] : [line.slice(0, equals), line.slice(equals + 1)];
    const origin = wordsOf(right).find((word) => imported.has(word));
    const name = wordsOf(left.split(":")[0] ?? "").at(-1);
    if (origin !== undefined && name !== undefined && !/^[>=]/.test(right)) {
      made.set(name, imported.get(origin) ?? "");
    }
  }
  return new Map([...made, ...imported]);
}

/** For each import of a package the words before its name, the package, and whether they are parts of what it exports. */
function importsIn(source: readonly string[]): (readonly [words: string[], name: string, isApart: boolean])[] {
  const found: (readonly [words: string[], name: string, isApart: boolean])[] = [];
  shortLines(source).forEach((line, at, lines) => {
    const [, path] = /\b(?:(?:require|import)\s?\(|from)\s?["']([^"'./][^"']*)["']/.exec(line) ?? [];
    const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(path ?? "") ?? [];
    if (name !== undefined) {
      const [last = ""] = line.split(/\b(?:require|from|import\s?\()/);
      const isEnd = /^\s*\}/.test(last);
      const head = isEnd ? lines.slice(Math.max(0, at - longestImport), at) : [];
      const begin = head.findLastIndex((each) => /\b(?:import|const|let|var)\b/.test(each));
      const before = [...(begin === -1 ? [] : head.slice(begin)), last].join(" ");
      found.push([wordsOf(before), name, before.includes("{")]);
    }
  });
  return found;
}

function shortLines(source: readonly string[]): string[] {
  return source.filter((line) => line.length <= longestLine);
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
  return text
    .split(/[^\w$]+/)
    .filter((word) => word !== "" && !/^(?:const|let|var|import|export|type|as|await)$/.test(word));
}
