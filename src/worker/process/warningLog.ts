import type { Guard } from "../guard.ts";

/** Different warnings kept, the first ones: those at the app's boot are among them. */
const mostKept = 50;
const longestMessage = 500;

/** A warning, once for all equal ones. */
export interface KeptWarning {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  /** V8 formats it on first access, which takes longer than all else, so it is read only when it is reported. */
  readonly stack: () => string;
  count: number;
}

export interface WarningLog {
  kept(): readonly KeptWarning[];
  /** How many were emitted, including those not kept. */
  count(): number;
}

/** Keeps the warnings emitted from now on. The listener does not change how Node prints them. */
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
  // The warning about too many listeners refers to their emitter, which must not stay in memory because of us.
  if (typeof warning === "object" && warning !== null && "emitter" in warning) {
    read();
  }
  return read;
}

/** Any code may emit anything as a warning, and its properties may be getters that throw. */
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
