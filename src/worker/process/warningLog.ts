import type { Guard } from "../guard.ts";

/** Different warnings that are kept, the first ones: what an app is warned of at its boot is among them. */
const mostKept = 50;
const longestMessage = 500;

/** A warning, once for all of the same. */
export interface KeptWarning {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  /** V8 puts it into words when it is asked for, which takes longer than all else, so that nobody asks before it is told. */
  readonly stack: () => string;
  count: number;
}

export interface WarningLog {
  kept(): readonly KeptWarning[];
  /** How many were emitted, also those that are not kept. */
  count(): number;
}

/** Keeps the warnings emitted from now on. A listener of ours changes nothing of how Node prints them. */
export function keepWarnings(guard: Guard): WarningLog {
  const kept = new Map<string, KeptWarning>();
  let emitted = 0;
  process.on(
    "warning",
    guard("warning", (warning: unknown) => {
      emitted += 1;
      const name = textOf(warning, "name") ?? "Warning";
      const code = textOf(warning, "code");
      const message = (textOf(warning, "message") ?? plainText(warning)).slice(0, longestMessage);
      const key = `${name} ${code} ${message}`;
      const known = kept.get(key);
      if (known !== undefined) {
        known.count += 1;
      } else if (kept.size < mostKept) {
        kept.set(key, {
          name,
          ...(code === undefined ? {} : { code }),
          message,
          stack: stackOf(warning),
          count: 1,
        });
      }
    }),
  );
  return { kept: () => [...kept.values()], count: () => emitted };
}

function stackOf(warning: unknown): () => string {
  let held = warning;
  let words: string | undefined;
  const read = (): string => {
    words ??= textOf(held, "stack") ?? "";
    held = undefined;
    return words;
  };
  // That of too many listeners holds the object they are of, which must not stay in memory because of us.
  if (typeof warning === "object" && warning !== null && "emitter" in warning) {
    read();
  }
  return read;
}

/** Anybody may emit anything as a warning, and its properties may be getters that throw. */
function textOf(warning: unknown, key: string): string | undefined {
  try {
    const value: unknown = typeof warning === "object" && warning !== null ? Reflect.get(warning, key) : undefined;
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function plainText(warning: unknown): string {
  return typeof warning === "string" ? warning : "";
}
