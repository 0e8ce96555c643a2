import {
  type FailurePlace,
  type HostMessage,
  hostMessageSchema,
  type PanelMessage,
} from "../shared/layers/panelMessages.ts";
import { parseMessage } from "../shared/parseMessage.ts";
import { setTranslations, t } from "../shared/translate.ts";
import { createAnnouncer } from "./announcer.ts";
import { addToHistories, noHistories } from "./model/histories.ts";
import { createNumbers } from "./model/numbers.ts";
import { readSavedState, type SavedState } from "./model/savedState.ts";
import { addToSeries, noSeries } from "./model/series.ts";
import { sharesByKind } from "./model/shares.ts";
import { kindWord } from "./model/titles.ts";
import { findTraced } from "./model/trace.ts";
import type { PageContext, PageData, Part } from "./page.ts";
import { createPageView } from "./pageView.ts";

/** What VS Code gives to the pages of a webview. */
declare function acquireVsCodeApi(): {
  postMessage(message: PanelMessage): void;
  getState(): unknown;
  setState(state: SavedState): void;
};

/** The data of a worker that was just chosen. */
const nothingKnown = {
  facts: undefined,
  pulse: undefined,
  previous: undefined,
  series: noSeries,
  sample: undefined,
  sampling: undefined,
};

const host = acquireVsCodeApi();
const announcer = createAnnouncer();
let data: PageData = firstData(readSavedState(host.getState()));
let context: PageContext | undefined;
let view: Part | undefined;
let scheduled = false;
let restoring = data.saved.scroll > 0;

function firstData(saved: SavedState): PageData {
  return {
    app: undefined,
    histories: noHistories,
    ...nothingKnown,
    failures: new Map(),
    replaced: undefined,
    comparison: undefined,
    traced: findTraced(saved.trace),
    saved,
  };
}

/** Applies a change and draws it with the next frame, together with all others until then. */
function change(changes: Partial<PageData>): void {
  data = { ...data, ...changes };
  if (!scheduled && view !== undefined) {
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      view?.update(data);
      restoreScroll();
    });
  }
}

function save(changes: Partial<SavedState>): void {
  const saved = { ...data.saved, ...changes };
  host.setState(saved);
  change({ saved, ...(changes.trace !== undefined && { traced: findTraced(changes.trace) }) });
}

function without(place: FailurePlace): ReadonlyMap<FailurePlace, string> {
  if (!data.failures.has(place)) {
    return data.failures;
  }
  return new Map([...data.failures].filter(([other]) => other !== place));
}

function begin({ texts, language, system, home }: Extract<HostMessage, { type: "begin" }>): void {
  setTranslations(texts);
  const numbers = createNumbers(language);
  context = {
    numbers,
    system,
    home,
    send: (message) => host.postMessage(message),
    save,
    dismiss: (place) => change(place === "replaced" ? { replaced: undefined } : { failures: without(place) }),
    say: announcer.say,
    openSource: (at) => host.postMessage({ type: "open", at }),
  };
  view = createPageView(context);
  document.getElementById("page")?.replaceChildren(view.element, announcer.element);
  view.update(data);
  restoreScroll();
}

function receive(message: HostMessage): void {
  switch (message.type) {
    case "begin":
      begin(message);
      break;
    case "app":
      receiveApp(message);
      break;
    case "facts":
      if (message.facts.worker.id === data.app?.worker) {
        change({ facts: message.facts, failures: without("facts") });
      }
      break;
    case "pulse":
      if (message.pulse.worker.id === data.app?.worker) {
        const { pulse } = message;
        const { pulse: previous, series } = data;
        change({ pulse, previous, series: addToSeries(series, pulse, previous), failures: without("pulse") });
      }
      break;
    case "figures":
      if (message.app === data.app?.app) {
        change({ histories: addToHistories(data.histories, message) });
      }
      break;
    case "sampling": {
      const { worker, elapsedMs, seconds } = message;
      change({ sampling: { worker, startedAt: performance.now() - elapsedMs, seconds }, failures: without("sample") });
      break;
    }
    case "sample":
      receiveSample(message);
      break;
    case "replaced":
      change({ replaced: message });
      break;
    case "comparison":
      change({ comparison: message, failures: without("comparison") });
      break;
    case "trace":
      save({ trace: message.name });
      break;
    case "failure":
      change({
        failures: new Map(data.failures).set(message.place, message.message),
        ...(message.place === "sample" && { sampling: undefined }),
      });
      break;
    case "done":
      announcer.say(message.message);
      break;
  }
}

function receiveApp({ type, ...app }: Extract<HostMessage, { type: "app" }>): void {
  const isOther = app.worker !== data.app?.worker || app.app !== data.app?.app;
  const isOtherApp = data.app !== undefined && app.app !== data.app.app;
  const { replaced } = data;
  // What was told of a replaced worker is over when the app stops, or its successor has ended too.
  const isOver =
    app.status !== "running" || !app.workers.some(({ id, state }) => id === replaced?.to.id && state !== "gone");
  change({
    app,
    ...(isOther && { ...nothingKnown, failures: new Map() }),
    ...(isOtherApp && { comparison: undefined, histories: noHistories }),
    ...(replaced !== undefined && isOver && { replaced: undefined }),
  });
  if (isOther) {
    const { app: key, worker } = app;
    save({ ...(key !== undefined && { app: key }), ...(worker !== undefined && { worker }) });
  }
}

function receiveSample({ sample }: Extract<HostMessage, { type: "sample" }>): void {
  const wasRunning = data.sampling !== undefined;
  if (sample.worker.id !== data.app?.worker) {
    return;
  }
  change({ sample, sampling: undefined, failures: without("sample") });
  if (wasRunning && context !== undefined) {
    const { numbers } = context;
    const shares = sharesByKind(sample, false).sort((one, other) => other.share - one.share);
    const words = shares.map(({ kind, share }) => `${kindWord(kind)} ${numbers.percent(share)}`);
    announcer.say(t("The sample is done: {0}", words.join(", ")));
  }
}

window.addEventListener("message", ({ data: input }: MessageEvent<unknown>) => {
  receive(parseMessage(hostMessageSchema, "layers panel", input));
});
/** Scrolls back to the old position once the page is long enough, unless the user has scrolled meanwhile. */
function restoreScroll(): void {
  if (restoring) {
    window.scrollTo({ top: data.saved.scroll, behavior: "instant" });
    restoring = window.scrollY < data.saved.scroll - 1;
  }
}

for (const type of ["wheel", "keydown", "pointerdown"]) {
  window.addEventListener(type, () => {
    restoring = false;
  });
}
let scrolling: ReturnType<typeof setTimeout> | undefined;
window.addEventListener(
  "scroll",
  () => {
    clearTimeout(scrolling);
    if (restoring) {
      return;
    }
    scrolling = setTimeout(() => {
      data = { ...data, saved: { ...data.saved, scroll: window.scrollY } };
      host.setState(data.saved);
    }, 200);
  },
  { passive: true },
);
const { app, worker } = data.saved;
host.postMessage({ type: "ready", ...(app !== undefined && { app }), ...(worker !== undefined && { worker }) });
