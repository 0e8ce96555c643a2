import type { RenewalKind } from "../../shared/snapshot.ts";
import type { MonitApp } from "./monitApps.ts";

/** A row that can be chosen: an app, or one of its workers. */
export interface Chosen {
  /** Of its supervisor. */
  readonly pid: number;
  readonly worker?: number;
  /** The worker's, for when a reload puts another into it. */
  readonly slot?: number;
}

/** What is asked for in the last line. */
export type Prompt =
  | { readonly kind: "filter"; readonly text: string }
  | { readonly kind: "scale"; readonly text: string; readonly pid: number }
  | { readonly kind: "restart"; readonly pid: number; readonly worker?: number };

/** What the person has chosen and typed. */
export interface MonitState {
  readonly chosen?: Chosen | undefined;
  readonly view: "apps" | "log";
  /** Lines with this text are shown; empty: all. */
  readonly filter: string;
  /** Lines of the log below the last that is shown; 0: it follows the newest. */
  readonly scrolled: number;
  readonly prompt?: Prompt | undefined;
  readonly message?: { readonly text: string; readonly isTrouble: boolean } | undefined;
}

export const firstState: MonitState = { view: "apps", filter: "", scrolled: 0 };

/** What a key asks for beside a change of the state. */
export type MonitAction =
  | { readonly kind: "quit" }
  | { readonly kind: "suspend" }
  | { readonly kind: "renew"; readonly how: RenewalKind; readonly pid: number; readonly worker?: number }
  | { readonly kind: "scale"; readonly pid: number; readonly workers: number };

/** All rows, apps each before its workers. */
export function rowsOf(apps: readonly MonitApp[]): readonly Chosen[] {
  return apps.flatMap((app) => {
    const { pid } = app.endpoint;
    return [{ pid }, ...sortedWorkers(app).map(({ id, slot }) => ({ pid, worker: id, slot }))];
  });
}

export function sortedWorkers({ client }: MonitApp) {
  const workers = client === undefined || client.closed ? [] : client.snapshot.workers;
  return [...workers].sort((a, b) => a.slot - b.slot || a.id - b.id);
}

/** The row that is chosen: the same, or what has taken its place. */
export function currentRow(apps: readonly MonitApp[], chosen: Chosen | undefined): Chosen | undefined {
  const rows = rowsOf(apps);
  const ofApp = rows.filter(({ pid }) => pid === chosen?.pid);
  return (
    ofApp.find(({ worker }) => worker === chosen?.worker) ??
    ofApp.findLast(({ slot }) => slot !== undefined && slot === chosen?.slot) ??
    ofApp[0] ??
    rows[0]
  );
}
