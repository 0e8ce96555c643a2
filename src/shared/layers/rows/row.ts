import type { Translate } from "../../translate.ts";
import type { LayerFacts, LayerPulse } from "../facts.ts";

/**
 * One fact about a layer: a label and its value. The panel, the command line and the report in Markdown show the same
 * rows, each in its own format.
 */
export interface Row {
  /** Unique within a layer, except that the rows of a list share one. */
  readonly id: string;
  readonly label: string;
  /** Never empty. */
  readonly parts: readonly RowPart[];
  /** Set if the parts are names of one kind: where space is short, only this many are shown and the others counted. */
  readonly most?: number;
}

/** Text in the user's language, or a name. */
export type RowPart = string | RowName;

/** A name given by the app or the machine: no text of ours, so it may need quotes. */
export interface RowName {
  readonly name: string;
  /** The place in a file that it refers to. */
  readonly at?: RowPlace;
}

/** Line and column count from 1. */
export interface RowPlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** How rows are worded: the language and the units. */
export interface RowStyle {
  readonly t: Translate;
  count(value: number): string;
  /** With a unit. */
  bytes(value: number): string;
  /** With the sign. @param share 1 is 100 %. */
  percent(share: number): string;
  /** With a unit. */
  milliseconds(value: number): string;
  /** Short: a rate, or a number of CPUs. */
  decimal(value: number): string;
}

export interface Known {
  readonly facts: LayerFacts | undefined;
  readonly pulse?: LayerPulse | undefined;
}

/** A row of these parts; none when there are none. */
export function row(id: string, label: string, ...parts: readonly (RowPart | undefined)[]): Row[] {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? [] : [{ id, label, parts: known }];
}

export function names(id: string, label: string, all: readonly string[], most: number): Row[] {
  return all.length === 0 ? [] : [{ id, label, parts: all.map((name) => ({ name })), most }];
}

/** `name version`, as far as both are known. */
export function versioned(name: string, version: string | undefined): string {
  return version === undefined ? name : `${name} ${version}`;
}

/** `file:line:column`, as far as it is known. */
export function placeOf(at: RowPlace): RowName {
  return { name: [at.file, at.line, at.column].filter((part) => part !== undefined).join(":"), at };
}

export function textOf(part: RowPart): string {
  return typeof part === "string" ? part : part.name;
}
