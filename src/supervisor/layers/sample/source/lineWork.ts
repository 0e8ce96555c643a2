import { isWord, trailing } from "../../../../shared/text/trailing.ts";
import { isBuiltinLine, withoutNoise } from "./builtinLines.ts";
import { givesBuiltin, isErrorOfV8, type NameMeanings } from "./nameMeanings.ts";

/**
 * Whose work a line of a function is: the function's `own`, or of V8's built-in functions that it calls there
 * (`builtin`). `unsure`: it may be either.
 */
export type LineWork = "own" | "builtin" | "unsure";

/** Methods of JavaScript's own objects beside which all else on a line is cheap. */
const dear = new Set(
  `test exec match matchAll replace replaceAll search split stringify parse localeCompare normalize toLocaleString
  toLocaleDateString toLocaleTimeString toLocaleLowerCase toLocaleUpperCase format formatToParts formatRange
  formatRangeToParts compare segment sort toSorted join encodeURIComponent decodeURIComponent encodeURI decodeURI`.split(
    /\s+/,
  ),
);

/** The same, unless the app or a package has a function of that name. */
const oftenDear = new Set(
  `indexOf lastIndexOf includes slice splice toSpliced concat reverse toReversed flat fill copyWithin keys
  entries values assign fromEntries from groupBy getOwnPropertyNames getOwnPropertyDescriptors set add shift
  unshift padStart padEnd repeat trim trimStart trimEnd toLowerCase toUpperCase toString toFixed toPrecision
  toISOString captureStackTrace flatMap toExponential toDateString toTimeString toUTCString toJSON setDate setMonth
  setFullYear setHours setMinutes setSeconds setMilliseconds setTime setUTCDate setUTCMonth setUTCFullYear setUTCHours
  setUTCMinutes setUTCSeconds setUTCMilliseconds toHex toBase64 fromHex fromBase64`.split(/\s+/),
);

/** Methods and functions whose time depends on what they are given. */
const uncertain = new Set(
  `with of defineProperty freeze get has delete union intersection difference substring substr startsWith
  endsWith asIntN asUintN parseInt parseFloat String BigInt Symbol Map Set WeakMap WeakSet Array Date
  Error TypeError RangeError Proxy ArrayBuffer DataView Uint8Array Int8Array Uint16Array Int16Array Uint32Array
  Int32Array Float32Array Float64Array BigInt64Array BigUint64Array subarray unscopables next deref take drop toArray
  symmetricDifference isSubsetOf isSupersetOf isDisjointFrom isWellFormed toWellFormed raw create getPrototypeOf
  getOwnPropertySymbols isExtensible isView valueOf getTimezoneOffset`.split(/\s+/),
);

/** Methods of Map, Set and their weak kinds. */
const ofCollections = new Set("get has set add delete".split(" "));

/** Those of the above that V8 has in C++, so that they have no frames when all others do. */
const inCpp = new Set(
  `indexOf lastIndexOf includes concat fill copyWithin reverse toLowerCase toUpperCase toString toFixed
  toPrecision toISOString captureStackTrace getOwnPropertyDescriptor defineProperty freeze toJSON asIntN asUintN
  parseFloat BigInt Date Error TypeError RangeError ArrayBuffer subarray unshift shift splice slice toExponential
  toDateString toTimeString toUTCString setDate setMonth setFullYear setHours setMinutes setSeconds setMilliseconds setTime
  setUTCDate setUTCMonth setUTCFullYear setUTCHours setUTCMinutes setUTCSeconds setUTCMilliseconds toHex toBase64 fromHex
  fromBase64`.split(/\s+/),
);

/** Functions of objects that V8 has in C++, beside which all else on a line is cheap. */
const dearOfObjects = new Set(
  `Object.freeze Object.seal Object.preventExtensions Object.isFrozen Object.isSealed Object.setPrototypeOf
  Object.defineProperty Object.defineProperties Object.getOwnPropertyDescriptors Date.UTC String.fromCodePoint
  Number.parseFloat Reflect.ownKeys Reflect.defineProperty Reflect.setPrototypeOf Error.captureStackTrace`.split(/\s+/),
);

/** What stands before a parenthesis and is no call of something unknown. */
const known = new Set(
  `if for while switch catch return typeof await function super import require do else in of new delete void yield
  throw case Number Boolean isNaN isFinite isInteger isSafeInteger isArray hasOwn hasOwnProperty now performance async
  setTimeout setInterval setImmediate queueMicrotask clearTimeout clearInterval nextTick Promise resolve reject Object`.split(
    /\s+/,
  ),
);

/** Methods that V8 compiles into their callers, that cost hardly anything, or that are Node.js's, which are seen if they run. */
const cheap = new Set(
  `push pop charCodeAt codePointAt charAt at call apply bind then catch finally on once off emit isInteger isSafeInteger
  isFinite isNaN isArray hasOwn hasOwnProperty now is map filter forEach reduce reduceRight some every find findIndex
  findLast findLastIndex fromCharCode fromCodePoint return throw log end write writeHead setHeader getHeader removeHeader
  getStore enterWith addListener removeListener pipe resume pause destroy setEncoding getInt8 getUint8 getInt16 getUint16 getInt32 getUint32
  getFloat32 getFloat64 getBigInt64 getBigUint64 setInt8 setUint8 setInt16 setUint16 setInt32 setUint32 setFloat32 setFloat64
  setBigInt64 setBigUint64 getTime getFullYear getMonth getDate getDay getHours getMinutes getSeconds getMilliseconds
  getUTCFullYear getUTCMonth getUTCDate getUTCDay getUTCHours getUTCMinutes getUTCSeconds getUTCMilliseconds`.split(
    /\s+/,
  ),
);

/** Whether it may be one of JavaScript's own functions, or of the language itself. */
export function isNamedLikeBuiltin({ name, isMethod }: Pick<Call, "name" | "isMethod">): boolean {
  return isMethod
    ? cheap.has(name) || dear.has(name) || oftenDear.has(name) || uncertain.has(name)
    : known.has(name) || isFunctionOfV8(name);
}

/** Of a name that is looked for before a dot. */
const longestName = 60;

/** Longer ones are of bundles, where anything may stand on a line. */
const longestLine = 300;

/** Methods that call what they are given. */
const calling = new Set(
  `map filter forEach some every find findIndex findLast findLastIndex flatMap reduce reduceRight sort toSorted then
  from`.split(/\s+/),
);

export interface LineContext {
  /** Names of the functions that the profile shows as called from there: what has a frame has its own time. */
  readonly framed: ReadonlySet<string>;
  /** Whether functions without a frame may have been inlined. */
  readonly inlined?: boolean;
  /** Whether V8's own functions have frames, but for those in C++. */
  readonly builtins?: boolean;
  /** Names of all JavaScript functions that the profile shows, from wherever they are called. */
  readonly scripts?: ReadonlySet<string>;
  readonly meanings: NameMeanings;
  /** Whether a function is seen that is called from there by another name than its own, such as that of a parameter. */
  readonly renamed?: boolean;
  /** Whether its caller gives it one of V8's built-in functions, which it may call by the name of a parameter. */
  readonly given?: boolean;
}

/** Whose work a function's own time at a line is. */
export function workOfLine(
  text: string,
  { framed, inlined, builtins, scripts, meanings, renamed, given }: LineContext,
): LineWork {
  if (text.length > longestLine) {
    return "own";
  }
  const plain = withoutFailure(withoutNoise(text));
  let work: LineWork = "own";
  /** Whether a function of this name would be seen if it ran. */
  const isUnseen = (name: string): boolean => inlined !== true && scripts?.has(name) !== true;
  for (const { name, isMethod, isPrivate, object = "" } of callsOn(plain)) {
    const meaning = meanings.get(name);
    const isBuiltin = meaning === "builtin" || (meaning === "either" && name !== "super" && isUnseen(name));
    const isOfCollection = isMethod && meanings.collections.has(object) && ofCollections.has(name);
    if (!framed.has(name) && (isBuiltin || (isMethod && isHanded(name, plain, meanings, scripts)))) {
      return "builtin";
    }
    const isNamedLikeV8 =
      isPrivate !== true && (isMethod ? uncertain.has(name) || oftenDear.has(name) : isFunctionOfV8(name));
    if (builtins === true && isNamedLikeV8 && !inCpp.has(name)) {
      continue;
    }
    if (framed.has(name) || (isMethod ? cheap.has(name) || isOfMath(plain, name) : known.has(name))) {
      continue;
    }
    const isGiven = given === true && !isMethod && renamed !== true && scripts?.has(name) !== true;
    if (isGiven && (name === "" || meanings.get(name) === undefined)) {
      return "builtin";
    }
    if (name === "") {
      const isSeen = framed.has("") || framed.has("(anonymous)") || renamed === true;
      work = isSeen || inlined === true ? work : "unsure";
    } else if (
      isPrivate !== true &&
      (isMethod ? dear.has(name) || isDearOfObject(plain, name) || isOfCollection : isDearFunction(name))
    ) {
      return "builtin";
    } else if (isPrivate !== true && isMethod && oftenDear.has(name) && isUnseen(name)) {
      // Without V8's own code, a step of a function that is called beside it is seen here, too.
      if (builtins !== true && hasFramedCall(plain, framed)) {
        work = "unsure";
      } else {
        return "builtin";
      }
    } else if (
      isNamedLikeV8 ||
      (inlined !== true && renamed !== true && meanings.get(name) === undefined && scripts?.has(name) !== true)
    ) {
      work = "unsure";
    }
  }
  // What has a frame may be named like a method of strings, but hardly `JSON.parse`.
  return work === "own" && !hasFramedCall(plain, framed) && isBuiltinLine(plain) ? "builtin" : work;
}

/** Whether a method that calls what it is given is given one of V8's built-in functions, as in `lines.map(JSON.parse)`. */
function isHanded(
  name: string,
  plain: string,
  meanings: NameMeanings,
  scripts: ReadonlySet<string> | undefined,
): boolean {
  return calling.has(name) && givesBuiltin(plain, name, meanings, scripts);
}

/** Those of the dear methods that have frames when V8's own functions have them. */
const framedByV8 = new Set("test exec match matchAll replace replaceAll search split sort toSorted join".split(" "));

/** Whether one of V8's functions may be called on a line that has no frame and may take longer than all others there. */
export function hasDearCall(text: string, { builtins, framed, meanings }: LineContext): boolean {
  return callsOn(withoutFailure(withoutNoise(text))).some(
    ({ name, isMethod }) =>
      !framed.has(name) &&
      (meanings.get(name) === "builtin" ||
        (isMethod
          ? (dear.has(name) && !(builtins === true && framedByV8.has(name))) ||
            (builtins !== true && oftenDear.has(name))
          : isDearFunction(name))),
  );
}

/** An error notes the stack. */
function isDearFunction(name: string): boolean {
  return isErrorOfV8(name) || /^(?:RegExp|Function|eval|parseFloat|(?:en|de)codeURI(?:Component)?)$/.test(name);
}

/** The others of these names are methods; a function of such a name, as the parameter `next`, is another one. */
function isFunctionOfV8(name: string): boolean {
  return uncertain.has(name) && /^(?:[A-Z]|parse)/.test(name);
}

/** What is one of two things that a line may do, as in `key in object ? Object.defineProperty(…) : …`, is not. */
function isDearOfObject(plain: string, name: string): boolean {
  return [...dearOfObjects].some((each) => {
    const at = each.endsWith(`.${name}`) ? plain.indexOf(`${each}(`) : -1;
    return at !== -1 && !plain.slice(0, at).includes(" ? ");
  });
}

/** Without what is done only if a check fails, which is no part of what a line mostly does: `if (…) throw new Error(…)`. */
function withoutFailure(plain: string): string {
  const at = plain.indexOf("throw ");
  return at > 0 && /\bif\s?\(/.test(plain.slice(0, at)) ? plain.slice(0, at) : plain;
}

function hasFramedCall(plain: string, framed: ReadonlySet<string>): boolean {
  return !/\b(?:JSON|Intl)\s*\./.test(plain) && callsOn(plain).some(({ name }) => framed.has(name));
}

function isOfMath(plain: string, name: string): boolean {
  return plain.includes(`Math.${name}`) || plain.includes(`Atomics.${name}`);
}

/** Names of what is called on a line. */
export function namesCalledOn(text: string): string[] {
  return text.length > longestLine ? [] : callsOn(withoutNoise(text)).map(({ name }) => name);
}

export interface Call {
  /** Empty for what is called without a name, such as `table[i](x)`. */
  readonly name: string;
  readonly isMethod: boolean;
  /** Of a class, as in `this.#entries(…)`: no method of JavaScript's own objects. */
  readonly isPrivate?: boolean;
  /** The name before the dot; absent for none. */
  readonly object?: string;
}

/** What is called on a line: each name before a parenthesis. */
export function callsOn(plain: string): Call[] {
  const calls: Call[] = [];
  for (let at = plain.indexOf("("); at !== -1; at = plain.indexOf("(", at + 1)) {
    let end = beforeSpaces(plain, at);
    if (plain[end - 1] === "." && plain[end - 2] === "?") {
      end = beforeSpaces(plain, end - 2);
    }
    let begin = end;
    while (begin > 0 && /[\w$#]/.test(plain[begin - 1] ?? "")) {
      begin -= 1;
    }
    const written = plain.slice(begin, end);
    const name = written.replace("#", "");
    const before = plain[begin - 1];
    if ((name === "call" || name === "apply") && before === ".") {
      calls.push(calledBy(plain, begin - 1, at));
    } else if (name !== "" && !/^\d/.test(name)) {
      const object = before === "." ? wordBefore(plain, plain[begin - 2] === "?" ? begin - 2 : begin - 1) : "";
      calls.push({
        name,
        isMethod: before === ".",
        isPrivate: written.startsWith("#"),
        ...(object === "" ? {} : { object }),
      });
    } else if (before === "]" || before === ")") {
      calls.push({ name: "", isMethod: true });
    }
  }
  return calls;
}

/** What `run.call(…)`, `run.apply(…)` and `Reflect.apply(run, …)` call: `run`. */
function calledBy(plain: string, dot: number, parenthesis: number): Call {
  const written = plain.slice(Math.max(0, dot - longestName), dot);
  const called = written.split(/[^\w$#]/).at(-1) ?? "";
  if (called === "Reflect" && /^\s?JSON\s?[.[]/.test(plain.slice(parenthesis + 1))) {
    return { name: "stringify", isMethod: true };
  }
  if (called === "Reflect") {
    const [, before = "", name = ""] = /^\s?(?:[\w$#]+(\.))*([\w$#]+)\s?[,)]/.exec(plain.slice(parenthesis + 1)) ?? [];
    return { name, isMethod: before === "." };
  }
  return { name: called.replace("#", ""), isMethod: written.at(-called.length - 1) === "." };
}

function wordBefore(text: string, end: number): string {
  return trailing(text.slice(Math.max(0, end - longestName), end), isWord);
}

function beforeSpaces(text: string, at: number): number {
  let end = at;
  while (end > 0 && text[end - 1] === " ") {
    end -= 1;
  }
  return end;
}
