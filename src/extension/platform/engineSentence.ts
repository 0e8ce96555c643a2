import type { Localize } from "../platform/localize.ts";
import { engineSentences } from "./engineSentences.ts";

/** Sentences within sentences are looked for so deep. */
const deepest = 4;

interface Sentence {
  readonly text: string;
  /** What stands before, between and behind its places. */
  readonly parts: readonly string[];
  /** For each place, in the order in which they stand, which one it is. */
  readonly places: readonly number[];
  /** Characters that are not in a place. */
  readonly fixed: number;
}

/** The more of a text a sentence says itself, the surer it is that it was made from that one. */
const sentences: readonly Sentence[] = engineSentences
  .map((text): Sentence => {
    const pieces = text.split(/\{(\d)\}/);
    const parts = pieces.filter((_, index) => index % 2 === 0);
    const places = pieces.filter((_, index) => index % 2 === 1).map(Number);
    return { text, parts, places, fixed: parts.reduce((sum, part) => sum + part.length, 0) };
  })
  .sort((a, b) => b.fixed - a.fixed);

/**
 * What a supervisor or the code around it said, in the editor's language; as it is where it is not known. They say it in
 * English and as a whole, also in reports of long ago and to other clients, so the sentence is found by its fixed parts.
 */
export function engineSentence(text: string, t: Localize): string {
  // The settings are complained about in a line for each fault.
  return text
    .split("\n")
    .map((line) => translate(line, t, deepest))
    .join("\n");
}

function translate(text: string, t: Localize, depth: number): string {
  for (const sentence of depth === 0 ? [] : sentences) {
    const found = match(text, sentence);
    if (found !== undefined) {
      const values: string[] = [];
      for (const [index, place] of sentence.places.entries()) {
        values[place] = translatePart(found[index] ?? "", t, depth - 1);
      }
      return say(t, sentence.text, values);
    }
  }
  const end = text.indexOf(". ");
  if (depth === 0 || end === -1) {
    return text;
  }
  // Several sentences, of which each may be known.
  const [first, rest] = [text.slice(0, end + 1), text.slice(end + 2)];
  const [one, other] = [translate(first, t, depth - 1), translate(rest, t, depth - 1)];
  return one === first && other === rest ? text : `${one} ${other}`;
}

/** What stands in a place, where a sentence has lost its full stop. */
function translatePart(text: string, t: Localize, depth: number): string {
  const said = translate(text, t, depth);
  if (said !== text || !text.includes(" ")) {
    return said;
  }
  const whole = translate(`${text}.`, t, depth);
  return whole === `${text}.` ? text : whole.replace(/[.。]$/, "");
}

/** The texts are literals too, though not here: the test of the translations takes them from the table. */
function say(localize: Localize, text: string, values: readonly string[]): string {
  return localize(text, ...values);
}

/** What stands in the places; `undefined` when the fixed parts are not there, in their order. */
function match(text: string, { parts }: Sentence): string[] | undefined {
  const [first = "", ...others] = parts;
  const last = others.pop();
  if (last === undefined) {
    return text === first ? [] : undefined;
  }
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) {
    return undefined;
  }
  const found: string[] = [];
  const end = text.length - last.length;
  let at = first.length;
  for (const part of others) {
    const next = text.indexOf(part, at + 1);
    if (next === -1 || next + part.length > end) {
      return undefined;
    }
    found.push(text.slice(at, next));
    at = next + part.length;
  }
  found.push(text.slice(at, end));
  return found.includes("") ? undefined : found;
}
