import { stripVTControlCharacters } from "node:util";
import { harmless } from "../../shared/text/escapeFilter.ts";

/** Characters of an answer as JSON. */
const longest = 40_000;

/** The first bounds, which are halved until the answer is short enough. */
const usual = { items: 200, characters: 2_000 };

/** Makes an answer small enough for a model, and says in it where something was left out. */
export function boundedAnswer(answer: object): Record<string, unknown> {
  for (let { items, characters } = usual; items >= 1; items = Math.floor(items / 2), characters /= 2) {
    const bounded = Object.fromEntries(
      Object.entries(answer).map(([name, value]) => [name, bound(value, items, Math.max(characters, 60))]),
    );
    if (JSON.stringify(bounded).length <= longest) {
      return bounded;
    }
  }
  return { leftOut: "The answer was too long; ask for less" };
}

function bound(value: unknown, items: number, characters: number): unknown {
  if (typeof value === "string") {
    const text = stripVTControlCharacters(harmless(value));
    return text.length > characters
      ? `${text.slice(0, characters)}… (${text.length - characters} more characters)`
      : text;
  }
  if (Array.isArray(value)) {
    const kept: unknown[] = value.slice(0, items).map((item) => bound(item, items, characters));
    return value.length > items ? [...kept, `… (${value.length - items} more)`] : kept;
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        // A query may hold what is secret.
        name === "url" && typeof each === "string" ? withoutQuery(each) : bound(each, items, characters),
      ]),
    );
  }
  return value;
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? "";
}
