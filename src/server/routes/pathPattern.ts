/** A part of a path between two slashes: written out, with parameters, or any number of parts. */
type Segment =
  | { readonly kind: "fixed"; readonly text: string }
  | { readonly kind: "open"; readonly pieces: readonly string[] }
  | { readonly kind: "rest" };

export interface PathPattern {
  readonly segments: readonly Segment[];
  /** Whether what follows it belongs to it as well, as for what is mounted there. */
  readonly isPrefix: boolean;
}

/** How a pattern fits a path; the fewer of each, the better. */
export interface PathFit {
  /** `*` and the like. */
  readonly rests: number;
  /** Parts with a parameter. */
  readonly open: number;
  /** Parts of the path beyond the pattern. */
  readonly beyond: number;
}

/** Optional parts of a pattern are tried both ways, so many of them. */
const mostOptional = 3;

/**
 * The patterns that a path stands for in Express, Fastify, Koa, Hono and Nest: `/users/:id`, `/files/*path`, `:id(\\d+)`,
 * `/:name?`, `/users{/:id}`. What a parameter may be is not looked at.
 */
export function pathPatterns(path: string, isPrefix = false): PathPattern[] {
  return variants(path, mostOptional).map((one) => ({ segments: partsOf(one).map(segmentOf), isPrefix }));
}

/** A requested path as it is compared: without query, decoded, in parts. */
export function pathParts(url: string): string[] {
  const [path = ""] = url.split(/[?#]/, 1);
  return path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => decoded(part).toLowerCase());
}

/** How a pattern fits a path; `undefined` if it does not. */
export function fitOf({ segments, isPrefix }: PathPattern, parts: readonly string[]): PathFit | undefined {
  const rests = segments.filter(({ kind }) => kind === "rest").length;
  const fixed = segments.length - rests;
  const length = isPrefix && rests === 0 ? Math.min(fixed, parts.length) : parts.length;
  if (!fits(segments, parts.slice(0, length))) {
    return undefined;
  }
  const open = segments.filter(({ kind }) => kind === "open").length;
  return { rests, open, beyond: Math.max(0, parts.length - fixed) };
}

/** With one place to go back to, the last `*`: no more steps than parts times segments. */
function fits(segments: readonly Segment[], parts: readonly string[]): boolean {
  let [segment, part, back, backPart] = [0, 0, -1, 0];
  while (part < parts.length) {
    const current = segments[segment];
    if (current?.kind === "rest") {
      back = segment;
      backPart = part;
      segment += 1;
    } else if (current !== undefined && fitsPart(current, parts[part] ?? "")) {
      segment += 1;
      part += 1;
    } else if (back >= 0) {
      backPart += 1;
      part = backPart;
      segment = back + 1;
    } else {
      return false;
    }
  }
  return segments.slice(segment).every(({ kind }) => kind === "rest");
}

function fitsPart(segment: Segment, part: string): boolean {
  if (segment.kind !== "open") {
    return segment.kind === "fixed" && segment.text === part;
  }
  const { pieces } = segment;
  const [first = ""] = pieces;
  if (!part.startsWith(first)) {
    return false;
  }
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = part.indexOf(piece, at + 1);
    if (found === -1) {
      return false;
    }
    at = found + piece.length;
  }
  const last = pieces.at(-1) ?? "";
  return part.endsWith(last) && part.length - last.length > at;
}

/** `a-:b.c` is `["a-", ".c"]`: what is written out around its parameters. */
function segmentOf(part: string): Segment {
  if (part === "*" || part === "(.*)" || /^\*\w*$/.test(part) || /^:\w+[*+]$/.test(part)) {
    return { kind: "rest" };
  }
  const pieces = [""];
  for (let at = 0; at < part.length; ) {
    const char = part[at] ?? "";
    if ((char === ":" && /\w/.test(part[at + 1] ?? "")) || char === "*" || char === "(") {
      at = afterParameter(part, at);
      pieces.push("");
    } else {
      const taken = char === "\\" ? (part[at + 1] ?? "") : char;
      pieces[pieces.length - 1] += taken.toLowerCase();
      at += char === "\\" ? 2 : 1;
    }
  }
  return pieces.length === 1 ? { kind: "fixed", text: decoded(pieces[0] ?? "") } : { kind: "open", pieces };
}

/** Behind `:name`, `:name(\\d+)`, `:name{[0-9]+}`, `(…)` and `*`. */
function afterParameter(part: string, start: number): number {
  let at = start;
  if (part[at] === ":" || part[at] === "*") {
    at += 1;
    while (/\w/.test(part[at] ?? "")) {
      at += 1;
    }
  }
  if (part[at] === "(" || part[at] === "{") {
    at = afterBracket(part, at);
  }
  return /[?*+]/.test(part[at] ?? "") ? at + 1 : at;
}

/** Behind the bracket that closes the one at `start`. */
function afterBracket(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (char === "\\") {
      at += 1;
    } else if ("({[".includes(char)) {
      depth += 1;
    } else if (")}]".includes(char)) {
      depth -= 1;
      if (depth === 0) {
        return at + 1;
      }
    }
  }
  return text.length;
}

/** Between slashes, but for those within brackets. */
function partsOf(path: string): string[] {
  const parts = [""];
  for (let at = 0; at < path.length; ) {
    const char = path[at] ?? "";
    const end = "({[".includes(char) ? afterBracket(path, at) : at + (char === "\\" ? 2 : 1);
    if (char === "/") {
      parts.push("");
    } else {
      parts[parts.length - 1] += path.slice(at, end);
    }
    at = end;
  }
  return parts.filter((part) => part !== "");
}

/** With and without each optional part: `/:id?` of Express 4 and Fastify, `{/:id}` of Express 5. */
function variants(path: string, left: number): string[] {
  if (left === 0) {
    return [path];
  }
  for (let at = 0; at < path.length; at += 1) {
    const char = path[at];
    // Behind a name, a brace says what the parameter may be, as in Hono.
    if (char === "{" && !/:\w+$/.test(path.slice(Math.max(0, at - longestName), at))) {
      const end = afterBracket(path, at);
      const inner = path.slice(at + 1, end - 1);
      return [inner, ""].flatMap((one) => variants(path.slice(0, at) + one + path.slice(end), left - 1));
    }
    if (char === "(" || char === "{" || char === "[") {
      at = afterBracket(path, at) - 1;
    }
  }
  const optional = partsOf(path).find((part) => part.startsWith(":") && part.endsWith("?"));
  if (optional === undefined) {
    return [path];
  }
  const at = path.indexOf(optional);
  const before = path.slice(0, at);
  const after = path.slice(at + optional.length);
  const without = before.endsWith("/") ? before.slice(0, -1) : before;
  return [before + optional.slice(0, -1) + after, without + after].flatMap((one) => variants(one, left - 1));
}

const longestName = 60;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
