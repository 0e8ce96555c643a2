import { withoutNoise } from "./builtinLines.ts";

/**
 * What a name stands for that is called as a function: one of V8's built-in functions, or a function of this file;
 * `either` for two of one name.
 */
export type NameMeaning = "builtin" | "function" | "either";
export interface NameMeanings extends ReadonlyMap<string, NameMeaning> {
  /** Names of what holds a Map or Set, or one of their weak kinds. */
  readonly collections: ReadonlySet<string>;
}

const longestLine = 300;

/** What is on the right of a name that becomes a built-in function. */
const builtins: readonly RegExp[] = [
  /^JSON\s*\.\s*(parse|stringify)\b(?!\s*\()/,
  /\.\s*(test|exec|format|formatToParts|compare|localeCompare|match|replace|replaceAll|split|normalize)\s*(;|,|$)/,
  /\.\s*(test|exec|format|formatToParts|compare|localeCompare|match|replace|parse|stringify)\s*\.\s*bind\s*\(/,
  // A method that is called without its object.
  /\.\s*call\s*\.\s*bind\s*\(\s*(?:String|RegExp)\s*\.\s*prototype\s*\.\s*\w+\s*\)/,
];

/** Entries of a table that are built-in functions. */
const entries =
  /\b(\w+)\s?:\s?(?:JSON\s?\.\s?(?:parse|stringify)|(?:en|de)codeURI(?:Component)?|(?:String|RegExp)\s?\.\s?prototype\s?\.\s?\w+)\b(?!\s?[.(])/g;

/** Functions of objects, taken from these, beside which all else on a line is cheap. */
const ofObjects =
  /^Object\s*\.\s*(?:freeze|seal|defineProperty|defineProperties|setPrototypeOf|getOwnPropertyDescriptors)\s*(?:;|,|$)/;
const namesOfObjects = /^\s*(?:freeze|seal|defineProperty|defineProperties|setPrototypeOf|getOwnPropertyDescriptors)\b/;

/** Methods whose names tell nothing where their objects are not in use. */
const methodsOf = [
  ["Intl.PluralRules", "select"],
  ["Intl.DisplayNames", "of"],
] as const;

/** Functions of JavaScript's own that V8 compiles into their callers. */
const cheap =
  /^(?:Math|Number)\s?\.\s?\w+\s?[,;]?$|^Array\s?\.\s?isArray\b|\.\s?hasOwnProperty\s?[,;]?$|^String\s?\.\s?fromCharCode\b/;

/** Objects whose methods are built in, when they are taken apart: `const { stringify } = JSON`. */
const takenApart = /^(JSON|globalThis\s*\.\s*JSON|new\s+Intl\b|Intl\b|RegExp\s*\.\s*prototype|String\s*\.\s*prototype)/;

/** JavaScript's own functions that are given by their name alone, as in `texts.map(Number)`. */
const globals = new Set(
  `Number String BigInt Symbol Date parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI
  decodeURIComponent escape unescape RegExp Error`.split(/\s+/),
);

/** Objects of JavaScript's own, whose functions are given by both names, as in `rows.map(JSON.stringify)`. */
const holders = /^(?:JSON|Math|Object|Array|Number|String|Intl|Reflect|RegExp|Date|BigInt|Symbol)\??\./;

/** Methods of JavaScript's own objects, given without them, as in `words.filter(pattern.test, pattern)`. */
const given =
  /\.(?:test|exec|format|formatToParts|formatRange|compare|localeCompare|normalize|segment|toLocaleString|toLocale(?:Upper|Lower)Case)$/;

/**
 * Whether a line gives one of V8's built-in functions to a function of this name, such as `call(JSON.stringify, rows)`.
 * @param meanings Of the names of the file.
 * @param scripts Names of the functions that the profile shows.
 */
export function givesBuiltin(
  line: string,
  name: string,
  meanings: NameMeanings,
  scripts: ReadonlySet<string> | undefined,
): boolean {
  if (name === "" || line.length > longestLine) {
    return false;
  }
  const text = withoutNoise(line);
  const at = text.indexOf(`${name}(`);
  if (at === -1 || /[\w$]/.test(text[at - 1] ?? "")) {
    return false;
  }
  return [...text.slice(at + name.length + 1).matchAll(argument)].some(([, chain = ""]) => {
    const last = chain.slice(chain.lastIndexOf(".") + 1).replace("#", "");
    if (scripts?.has(last) === true) {
      return false;
    }
    return last === chain
      ? globals.has(chain) || meanings.get(chain) === "builtin"
      : holders.test(chain) || chain.includes(".prototype.") || given.test(chain) || meanings.get(last) === "builtin";
  });
}

/** A name, or names with dots between them, up to the next argument or the end of all, or bound to something. */
const argument = /(?<![\w$#.])([\w$#]+(?:\??\.[\w$#]+)*?)(?:\.bind\s?\([^()]*\))?\s?(?=[,)])/g;

/** Reads what the names of a file mean, as far as its lines tell. */
export function meaningsIn(source: readonly string[]): NameMeanings {
  const meanings = new Meanings();
  for (const line of source) {
    if (line.length > longestLine) {
      continue;
    }
    const text = withoutNoise(line);
    for (const [, name = ""] of text.matchAll(/\bfunction\s?\*?\s?([\w$]+)/g)) {
      meanings.set(name, "function");
    }
    const [, method] =
      /^\s*(?:(?:static|async|get|set|public|private|protected)\s)*#?([\w$]+)\s?\([^()]*\)[^;()]*\{\s*$/.exec(text) ??
      [];
    if (method !== undefined) {
      meanings.set(method, "function");
    }
    for (const [, name = ""] of text.matchAll(entries)) {
      meanings.set(name, "builtin");
    }
    for (const [object, name] of methodsOf) {
      if (text.includes(object)) {
        meanings.set(name, "builtin");
      }
    }
    const [, made = "", base = ""] = /\bclass\s([\w$]+)\sextends\s(\w+)/.exec(text) ?? [];
    if (base !== "") {
      meanings.set("super", isErrorOfV8(base) ? "builtin" : "function");
    }
    if (isErrorOfV8(base)) {
      // Without a constructor it has no frame.
      meanings.set(made, "builtin").set(made, "function");
    }
    const equals = text.indexOf("=");
    if (equals > 0 && text[equals + 1] !== "=" && text[equals + 1] !== ">") {
      readAssignment(text.slice(0, equals), text.slice(equals + 1).trim(), meanings);
    }
  }
  return meanings;
}

/** Whether it is one of JavaScript's own errors. */
export function isErrorOfV8(name: string): boolean {
  return /^(?:Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/.test(name);
}

class Meanings extends Map<string, NameMeaning> implements NameMeanings {
  readonly collections = new Set<string>();

  override set(name: string, meaning: NameMeaning): this {
    const known = this.get(name) ?? meaning;
    return super.set(name, known === meaning ? meaning : "either");
  }
}

function readAssignment(left: string, right: string, meanings: Meanings): void {
  const open = left.indexOf("{");
  if (open !== -1) {
    const isGlobal = /^globalThis\s*;?$/.test(right);
    const isObject = /^(?:globalThis\s*\.\s*)?Object\s*;?$/.test(right);
    if (isGlobal || isObject || takenApart.test(right)) {
      for (const part of left.slice(open + 1).split(",")) {
        if (isGlobal && !/^\s*(?:(?:en|de)codeURI(?:Component)?|eval|escape|unescape)\b/.test(part)) {
          continue;
        }
        if (isObject && !namesOfObjects.test(part)) {
          continue;
        }
        const name =
          part
            .split(":")
            .at(-1)
            ?.replace(/[^\w$]/g, "") ?? "";
        meanings.set(name, "builtin");
      }
    }
    return;
  }
  // With TypeScript's type, `name: Type = …`.
  const [name] = (left.split(":")[0] ?? "").trim().split(" ").slice(-1);
  if (name === undefined || !/^[\w$#.]+$/.test(name)) {
    return;
  }
  const last = name.split(".").at(-1) ?? name;
  if (/^new\s(?:Weak)?(?:Map|Set)\b/.test(right)) {
    meanings.collections.add(last.replace("#", ""));
  }
  if (ofObjects.test(right) || builtins.some((pattern) => pattern.test(right))) {
    meanings.set(last, "builtin");
  } else if (cheap.test(right) || /^(async\b|function\b|\(|[\w$]+\s?=>)/.test(right)) {
    meanings.set(last, "function");
  }
}
