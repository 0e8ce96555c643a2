import * as v from "valibot";

/** The longest time of a timer, in milliseconds. */
const longestTimeout = 2_147_483_647;

/** What the table says of a setting besides its kind. */
export interface SettingFacts {
  readonly default?: unknown;
  /**
   * How it becomes part of a launch recipe: `made` from it and from what is found, or not at all; absent: copied, or
   * the default in its place.
   */
  readonly recipe?: "made" | "none";
  /** What takes a change over besides a start of the app; absent: a reload. */
  readonly takenOverBy?: "start" | "upgrade" | "opening";
  /** The help of its flag; absent: it has none. */
  readonly flag?: string;
  /** Without the dashes; absent: the setting's name in kebab case. */
  readonly flagName?: string;
  /** What the flag's value is called in the help; absent: as its kind has it. */
  readonly placeholder?: string;
  /** Where it stands in `hitless start` if it has no flag; absent as well: the command line does not have it. */
  readonly operand?: string;
}

type Schema = v.GenericSchema;

/** What a kind of setting adds to it. */
export interface Kind<Written extends Schema, Carried extends Schema> {
  /** How a flag's words become its value. */
  readonly kind: "text" | "number" | "toggle" | "list" | "map" | "date" | "fields";
  /** Takes what a person may write; its messages say how it should be. */
  readonly written: Written;
  /** Takes what a launch recipe may carry. */
  readonly carried: Carried;
  /** What may be written, for the reference page. */
  readonly values: string;
  /** All that may be written, where that is a few words. */
  readonly words?: readonly string[];
}

/** A setting of any kind. */
export type Setting = SettingFacts &
  Kind<Schema, Schema> & {
    /** Of an object (`fields`): each has a flag of its own. */
    readonly fields?: Readonly<Record<string, Setting>>;
  };

const toBeString = "must be a string";

interface TextFacts extends SettingFacts {
  /** What to give, for the error when it is empty. */
  readonly what?: string;
  readonly pattern?: RegExp;
  /** The pattern in words, as the error has it. */
  readonly rule?: string;
}

/** A text that is not empty, of a form perhaps. */
export function text<const Facts extends TextFacts>(facts: Facts) {
  const { what, pattern, rule = "" } = facts;
  const filled = what === undefined ? [] : [v.nonEmpty<string, string>(`must not be empty; give ${what}`)];
  const formed = pattern === undefined ? [] : [v.regex<string, string>(pattern, rule)];
  const written = v.pipe(v.string(toBeString), ...filled, ...formed);
  return make(facts, { kind: "text", written, carried: v.string(), values: rule === "" ? "text" : `text: ${rule}` });
}

/** One of several words. */
export function choice<const Facts extends SettingFacts & { words: readonly [string, ...string[]] }>(facts: Facts) {
  const words: Facts["words"] = facts.words;
  const values = words.map((word) => `"${word}"`).join(" or ");
  const written = v.picklist(words, `must be ${values}`);
  return make(facts, { kind: "text", written, carried: v.picklist(words), values });
}

export function toggle<const Facts extends SettingFacts & { default: boolean }>(facts: Facts) {
  const written = v.boolean("must be true or false");
  return make(facts, { kind: "toggle", written, carried: v.boolean(), values: "true, false" });
}

/** Whether files are watched, and if so which. */
export function watching<const Facts extends SettingFacts>(facts: Facts) {
  const rule = "must be true, false or an object of include, exclude and debounce";
  const patterns = v.pipe(
    v.array(
      v.pipe(v.string(toBeString), v.nonEmpty("must not be empty; give a pattern")),
      "must be an array of strings",
    ),
    v.minLength(1, "must not be empty; leave it out"),
  );
  const least = 20;
  const most = 60_000;
  const debounce = v.pipe(
    v.number("must be a number of milliseconds"),
    v.integer("must be a whole number of milliseconds"),
    v.minValue(least, `must be at least ${least} (milliseconds)`),
    v.maxValue(most, `must be at most ${most} (milliseconds)`),
  );
  const fields = {
    include: v.optional(patterns),
    exclude: v.optional(patterns),
    debounce: v.optional(debounce),
  };
  const written = v.union([v.boolean(), v.strictObject(fields)], rule);
  return make(facts, { kind: "toggle", written, carried: written, values: withoutMust(rule) });
}

/** An array of strings. */
export function list<const Facts extends SettingFacts>(facts: Facts) {
  const written = v.array(v.string(toBeString), "must be an array of strings");
  return make(facts, { kind: "list", written, carried: v.array(v.string()), values: "an array of texts" });
}

/** An array of paths or addresses of an HTTP server. */
export function paths<const Facts extends SettingFacts & { most: number }>(facts: Facts) {
  const rule = "must be a path that begins with /, or an http:// or https:// address";
  const path = v.pipe(v.string(toBeString), v.regex(/^(?:\/|https?:\/\/[^\s/])\S*$/, rule));
  const written = v.pipe(
    v.array(path, "must be an array of strings"),
    v.maxLength(facts.most, `must have at most ${facts.most} entries`),
  );
  const values = `an array of at most ${facts.most} texts: each ${rule}`;
  return make(facts, { kind: "list", written, carried: v.array(v.string()), values });
}

/** What a task of VS Code runs. */
const taskCommandSchema = v.strictObject({
  task: v.string(),
  /** Program and arguments. */
  command: v.array(v.string()),
  /** Absolute. */
  cwd: v.string(),
  /** Variables besides those of the app. */
  env: v.record(v.string(), v.string()),
});
export type TaskCommand = v.InferOutput<typeof taskCommandSchema>;

/** A program with its arguments, or the name of a task of VS Code, which a recipe carries with what it runs. */
export function command<const Facts extends SettingFacts>(facts: Facts) {
  const rule = "must be an array of strings, or the name of a task";
  const written = v.union([v.pipe(v.string(), v.nonEmpty(rule)), v.array(v.string())], rule);
  const carried = v.union([v.array(v.string()), taskCommandSchema]);
  return make(facts, { kind: "list", written, carried, values: withoutMust(rule) });
}

/** An object of strings. */
export function map<const Facts extends SettingFacts>(facts: Facts) {
  const written = v.record(v.string(), v.string(toBeString), "must be an object of strings");
  const carried = v.record(v.string(), v.string());
  return make(facts, { kind: "map", written, carried, values: "an object of texts" });
}

interface Bounds extends SettingFacts {
  readonly min: number;
  readonly max?: number;
}

/** A whole number. */
export function wholeNumber<const Facts extends Bounds & { unit?: string }>(facts: Facts) {
  const { min, max, unit } = facts;
  const [of, named] = unit === undefined ? ["", ""] : [` of ${unit}`, ` (${unit})`];
  const least = v.minValue<number, number, string>(min, `must be at least ${min}${named}`);
  const most = max === undefined ? [] : [v.maxValue<number, number, string>(max, `must be at most ${max}${named}`)];
  const written = v.pipe(v.number(`must be a number${of}`), v.integer(`must be a whole number${of}`), least, ...most);
  const values = `${unit ?? "a whole number"} from ${min}${max === undefined ? "" : ` to ${max}`}`;
  return make(facts, { kind: "number", written, carried: v.number(), values, placeholder: "N" });
}

/** A time. */
export function milliseconds<const Facts extends SettingFacts & { min: number }>(facts: Facts) {
  return wholeNumber({ placeholder: "MS", ...facts, max: longestTimeout, unit: "milliseconds" });
}

/** A number of workers, or `"max"`: as many as the machine runs in parallel. */
export function workerCount<const Facts extends SettingFacts>(facts: Facts) {
  // A union passes the complaints of the one member that fits the kind on as they are, so the members say the same.
  const rule = 'must be "max" or a whole number from 1 to 1024';
  const number = v.pipe(v.number(), v.integer(rule), v.minValue(1, rule), v.maxValue(1024, rule));
  const written = v.union([v.literal("max"), number], rule);
  return make(facts, { kind: "number", written, carried: written, values: withoutMust(rule) });
}

/** A number from 1, or a percentage such as `"50%"`. */
export function share<const Facts extends SettingFacts>(facts: Facts) {
  const rule = 'must be a whole number from 1 or a percentage from "1%" to "100%"';
  const number = v.pipe(v.number(), v.integer(rule), v.minValue(1, rule));
  const written = v.union([number, v.pipe(v.string(), v.regex(/^(100|[1-9][0-9]?)%$/, rule))], rule);
  return make(facts, { kind: "number", written, carried: written, values: withoutMust(rule) });
}

/** A port, or a host with a port: where to listen. */
export function listenAddress<const Facts extends SettingFacts>(facts: Facts) {
  const rule = 'must be a port from 0 to 65535 or "host:port", such as "0.0.0.0:9100" or "[::1]:9100"';
  const number = v.pipe(v.number(), v.integer(rule), v.minValue(0, rule), v.maxValue(65_535, rule));
  const port = String.raw`0*(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])`;
  const host = String.raw`(?:\[[\da-fA-F:.]+(?:%[\w.-]+)?\]|[^\s:/[\]]+)`;
  const written = v.union([number, v.pipe(v.string(), v.regex(new RegExp(`^(?:${host}:)?${port}$`), rule))], rule);
  return make(facts, {
    kind: "number",
    written,
    carried: written,
    values: withoutMust(rule),
    placeholder: "[HOST:]PORT",
  });
}

function withoutMust(rule: string): string {
  return rule.replace(/^must be /, "");
}

function make<Facts extends SettingFacts, Written extends Schema, Carried extends Schema>(
  facts: Facts,
  kind: Kind<Written, Carried> & Pick<SettingFacts, "placeholder">,
): Facts & Kind<Written, Carried> {
  return { ...kind, ...facts };
}
