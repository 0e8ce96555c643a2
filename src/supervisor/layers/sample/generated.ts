import type { ProfileFrame } from "../../../shared/layers/collected.ts";

/**
 * Packages whose generated functions the app itself calls, so that the stack does not tell who made them: by the names
 * that they give to them, or by the address that they give to their code.
 */
const makers: readonly (readonly [name: string, functions: RegExp | undefined, url?: RegExp])[] = [
  ["ajv", /^validate\d+$/],
  ["fast-json-stringify", /^(?:main|anonymous\d+)$/],
  ["pug", /^template$/, /^pug/],
  ["lodash", undefined, /^\/?lodash\.templateSources\[\d+\]$/],
  ["protobufjs", /^\w+\$(?:encode|decode|verify|fromObject|toObject|ctor)$/],
  ["find-my-way", /^(?:_getHandlerMatchingConstraints|_deriveConstraints|deriveSyncConstraints)$/],
];

/** Whether a frame is of JavaScript that was made at run time (`new Function`, `eval`, `vm`) and belongs to no file. */
export function isGenerated({ url, line, name }: ProfileFrame): boolean {
  return line >= 1 && !url.startsWith("wasm:") && !isPlace(url) && !/^(?:js-to-wasm|wasm-to-js)/.test(name);
}

/** Absolute paths and URLs, but for those whose code lies in the address itself. */
function isPlace(url: string): boolean {
  if (/^(?:data|blob|evalmachine\.)/.test(url) || /^\/?lodash\.templateSources\[/.test(url)) {
    return false;
  }
  return url.startsWith("/") || url.startsWith("\\\\") || /^[a-z][\w+.-]*:/i.test(url);
}

/** The package that is known to have made a generated function; `undefined` if only the stack can tell. */
export function makerOf({ name, url }: ProfileFrame, loaded: ReadonlySet<string>): string | undefined {
  const found = makers.find(
    ([maker, functions, urls]) => (urls?.test(url) === true || functions?.test(name) === true) && loaded.has(maker),
  );
  return found?.[0];
}
