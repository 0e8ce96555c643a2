import { appSettings } from "../../../shared/settings/appSettings.ts";
import type { Pm2Verdict } from "../pm2Finding.ts";
import { pm2Words } from "../pm2Words.ts";
import { foreignOf } from "../reader/plainValue.ts";

/** What a pm2 app becomes, while its options are gone through. */
export interface Draft {
  /** The options of the app by their own names, whichever was written. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The settings of the app so far, not yet checked. */
  readonly config: Record<string, unknown>;
  /** Why the app can't be started; sentences without their full stops. */
  readonly problems: string[];
}

/** What is told of an option instead of what its row says. */
export interface Taken {
  readonly verdict?: Pm2Verdict;
  readonly text?: string;
}

/** Types of values, as pm2 checks them. */
export type Pm2Kind = "text" | "number" | "toggle" | "words" | "time" | "bytes" | "any";

/** An option of a pm2 app. */
export interface Pm2Option {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly kind: Pm2Kind;
  /** What becomes of it as a rule. */
  readonly verdict: Pm2Verdict;
  /** What it becomes, or why it does not: words without a full stop, in Markdown. */
  readonly says: string;
  /** The setting of Hitless that it becomes. */
  readonly setting?: string;
  /** Puts it into the draft; absent: as its setting, if it has one. */
  take?(value: never, draft: Draft): Taken | undefined;
}

/** Whether Hitless has a setting of this name. */
export function hasSetting(name: string): boolean {
  return Object.hasOwn(appSettings, name);
}

/** A value of a type, or what is wrong with it. */
export type Checked = { readonly value: unknown } | { readonly wrong: string };

const units: Readonly<Record<"time" | "bytes", Readonly<Record<string, number>>>> = {
  time: { h: 3_600_000, m: 60_000, s: 1_000, "": 1 },
  bytes: { G: 1_073_741_824, M: 1_048_576, K: 1_024, "": 1 },
};

/** Checks a value as pm2 does, and brings it into one form: times in milliseconds, amounts in bytes, words in an array. */
export function checkValue(kind: Pm2Kind, value: unknown): Checked {
  switch (kind) {
    case "text":
      return typeof value === "string" ? { value } : { wrong: "must be a text" };
    case "toggle":
      return typeof value === "boolean" ? { value } : { wrong: "must be true or false" };
    case "number": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" && Number.isFinite(number) ? { value: number } : { wrong: "must be a number" };
    }
    case "words":
      return checkWords(value);
    case "time":
    case "bytes":
      return checkAmount(kind, value);
    case "any":
      return { value };
  }
}

function checkWords(value: unknown): Checked {
  if (typeof value === "string") {
    return { value: pm2Words(value) };
  }
  if (!Array.isArray(value)) {
    return { wrong: "must be a text or an array of texts" };
  }
  return { value: value.map((each) => foreignOf(each) ?? String(each)) };
}

function checkAmount(kind: "time" | "bytes", value: unknown): Checked {
  if (typeof value === "number" && value >= 0) {
    return { value };
  }
  const [, digits, unit = ""] = typeof value === "string" ? (/^(\d{1,15})([A-Za-z]?)$/.exec(value) ?? []) : [];
  const factor = units[kind][unit];
  if (digits === undefined || factor === undefined) {
    const names = Object.keys(units[kind]).filter((name) => name !== "");
    return { wrong: `must be a number, or one with ${names.join(", ")} behind it` };
  }
  return { value: Number(digits) * factor };
}
