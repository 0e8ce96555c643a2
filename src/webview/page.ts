import type { CatalogueEntry } from "../shared/layers/entry.ts";
import type { LayerFacts, LayerPulse } from "../shared/layers/facts.ts";
import type { FailurePlace, HostMessageOf, PanelMessage } from "../shared/layers/panelMessages.ts";
import type { CpuSample } from "../shared/layers/sample.ts";
import type { WorkerHistories } from "./model/histories.ts";
import type { Numbers } from "./model/numbers.ts";
import type { SavedState } from "./model/savedState.ts";
import type { Series } from "./model/series.ts";

/** All that is shown. A change makes a new object; unchanged parts of it stay the same objects. */
export interface PageData {
  readonly app: Omit<HostMessageOf<"app">, "type"> | undefined;
  /** What the workers of the app have used. */
  readonly histories: WorkerHistories;
  readonly facts: LayerFacts | undefined;
  readonly pulse: LayerPulse | undefined;
  /** The previous one, of the same worker. */
  readonly previous: LayerPulse | undefined;
  readonly series: Series;
  readonly sample: CpuSample | undefined;
  readonly sampling: Sampling | undefined;
  readonly failures: ReadonlyMap<FailurePlace, string>;
  readonly replaced: HostMessageOf<"replaced"> | undefined;
  readonly comparison: HostMessageOf<"comparison"> | undefined;
  readonly traced: CatalogueEntry | undefined;
  readonly saved: SavedState;
}

export interface Sampling {
  readonly worker: number;
  /** By the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly seconds: number;
}

/** A place in a file, or the file as a whole. */
export type SourcePlace = Extract<PanelMessage, { type: "open" }>["at"];

/** What the parts of the page share. */
export interface PageContext {
  readonly numbers: Numbers;
  readonly system: HostMessageOf<"begin">["system"];
  readonly home: string;
  send(message: PanelMessage): void;
  /** Saves a choice, and shows what follows from it. */
  save(change: Partial<SavedState>): void;
  /** Dismisses a failure. */
  dismiss(place: FailurePlace | "replaced"): void;
  /** Has a screen reader say a text after the current one. */
  say(text: string): void;
  openSource(at: SourcePlace): void;
}

/** A part of the page: made once, and updated with every change. */
export interface Part {
  readonly element: HTMLElement;
  update(data: PageData): void;
}
