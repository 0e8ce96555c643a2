import type { Translate } from "../../translate.ts";
import type { LayerFacts, LayerPulse } from "../facts.ts";

/**
 * One thing that is known of a layer, as a name and what it is. The panel, the command line and the report in Markdown
 * show the same rows, each in its own dress.
 */
export interface Row {
  /** One of its kind in a layer; rows of a list have the same. */
  readonly id: string;
  readonly label: string;
  /** Never empty. */
  readonly parts: readonly RowPart[];
  /** There if the parts are names of one kind: where there is little room, so many are shown and the others counted. */
  readonly most?: number;
}

/** Words and figures in the person's language, or a name. */
export type RowPart = string | RowName;

/** A name that the app or the machine has given: nothing in it is ours, so that it may need quotes. */
export interface RowName {
  readonly name: string;
  /** The place in a file that it stands for. */
  readonly at?: RowPlace;
}

/** Line and column count from 1. */
export interface RowPlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** How a reader of rows says what it says: in which language, and with which units. */
export interface RowStyle {
  readonly t: Translate;
  count(value: number): string;
  /** With a unit. */
  bytes(value: number): string;
  /** With the sign. @param share 1 is all of it. */
  percent(share: number): string;
  /** With a unit. */
  milliseconds(value: number): string;
  /** Short: a rate, or a number of CPUs. */
  decimal(value: number): string;
}

/** What is known of a worker so far. */
export interface Known {
  readonly facts: LayerFacts | undefined;
  readonly pulse?: LayerPulse | undefined;
}

/** A row of what is known of these parts; none when that is nothing. */
export function row(id: string, label: string, ...parts: readonly (RowPart | undefined)[]): Row[] {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? [] : [{ id, label, parts: known }];
}

/** A row of names. */
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
