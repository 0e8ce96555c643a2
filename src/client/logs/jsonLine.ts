export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What a logger wrote as one line of JSON. */
export interface JsonLogEntry {
  readonly level: LogLevel;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly time?: number;
  /** What else it says, in its order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The stack of an error, line by line. */
  readonly stack: readonly string[];
}

/** A longer line is data and no message. */
const longest = 65_536;

/** What every line of such a logger says and a person need not read. */
const hidden = new Set(["level", "msg", "message", "time", "timestamp", "v", "pid", "hostname", "stack", "severity"]);

/** The numbers of pino and bunyan. */
const byNumber: Readonly<Record<number, LogLevel>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** The words of winston's npm and syslog levels and of others. */
const byWord: Readonly<Record<string, LogLevel>> = {
  ...Object.fromEntries(logLevels.map((level) => [level, level])),
  silly: "trace",
  verbose: "debug",
  http: "info",
  notice: "info",
  log: "info",
  warning: "warn",
  err: "error",
  critical: "fatal",
  crit: "fatal",
  alert: "fatal",
  emerg: "fatal",
  emergency: "fatal",
};

/** Reads a line of pino, bunyan, winston and loggers like them; `undefined` for any other line. */
export function readJsonLine(line: string): JsonLogEntry | undefined {
  const text = line.trim();
  if (text.length > longest || !text.startsWith("{") || !text.endsWith("}")) {
    return undefined;
  }
  const object = parse(text);
  const level = object && levelOf(object.level ?? object.severity);
  const message = object?.msg ?? object?.message;
  if (object === undefined || level === undefined || (message !== undefined && typeof message !== "string")) {
    return undefined;
  }
  const error = errorOf(object);
  const time = timeOf(object.time ?? object.timestamp);
  return {
    level,
    message: message || (error?.message ?? ""),
    ...(time !== undefined && { time }),
    fields: Object.entries(object)
      .filter(([name, value]) => !hidden.has(name) && value !== error?.from)
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const),
    stack: error?.stack.split("\n") ?? [],
  };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function levelOf(level: unknown): LogLevel | undefined {
  if (typeof level === "number") {
    return byNumber[Math.max(10, Math.min(60, Math.floor(level / 10) * 10))];
  }
  // A colourizing format writes the word in its colour.
  const word = typeof level === "string" ? level.replace(/[^a-z]*(?:\[\d+m)?/gi, "").toLowerCase() : "";
  return Object.hasOwn(byWord, word) ? byWord[word] : undefined;
}

/** pino writes errors in `err`, winston the stack beside the message. */
function errorOf({
  err,
  error,
  stack,
}: Readonly<Record<string, unknown>>):
  | { readonly from: unknown; readonly message: string; readonly stack: string }
  | undefined {
  if (typeof stack === "string") {
    return { from: stack, message: "", stack };
  }
  for (const from of [err, error]) {
    if (typeof from === "object" && from !== null && "stack" in from && typeof from.stack === "string") {
      const message = "message" in from && typeof from.message === "string" ? from.message : "";
      return { from, message, stack: from.stack };
    }
  }
  return undefined;
}

function timeOf(time: unknown): number | undefined {
  const read = typeof time === "string" ? Date.parse(time) : time;
  return typeof read === "number" && Number.isFinite(read) ? read : undefined;
}
