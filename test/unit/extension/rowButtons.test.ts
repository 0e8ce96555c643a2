import assert from "node:assert/strict";
import { contributes } from "../../../scripts/generate/manifest/contributes.ts";
import type { AppViewState } from "../../../src/extension/apps/appView.ts";
import { appContext, workerContext } from "../../../src/extension/views/rowFlags.ts";
import type { WorkerView } from "../../../src/shared/snapshot.ts";
import { sampleSnapshot, sampleWorker } from "../client/samples.ts";
import { sampleView } from "./fixtures.ts";

/** What a row offers: its buttons, and the groups of its menu. */
type Offer = readonly [buttons: string, menu: string];

const resting: Offer = ["goToEntry start", "start debug | showLog goToEntry | pickEntry configure"];
const renewing = "reload gracefulReload debug rehearse renewSupervisor";
const more = "scale pickEntry configure";
const seeing = "openInBrowser copyUrl showLog filterLog showHistory showLayers goToEntry";
const serving: Offer = ["goToEntry copyUrl openInBrowser reload", `${renewing} | restart stop | ${seeing} | ${more}`];

const apps: Readonly<Record<AppViewState, Offer>> = {
  stopped: resting,
  finished: resting,
  failed: resting,
  invalid: ["", "configure"],
  starting: serving,
  running: serving,
  degraded: serving,
  reloading: serving,
  "crash-looping": ["goToEntry copyUrl openInBrowser start", `start ${serving[1]}`],
  stopping: ["goToEntry stop", "stop | showLog filterLog showLayers goToEntry | pickEntry configure"],
};

const ofWorker = "showLog copyPid showLayers";
const workers: Readonly<Record<WorkerView["state"], Offer>> = {
  starting: ["", `debug | killWorker | ${ofWorker}`],
  ready: ["reloadWorker", `reloadWorker debug | killWorker | ${ofWorker}`],
  draining: ["waitLonger", `waitLonger | cutNow killWorker | ${ofWorker}`],
  exited: ["", `killWorker | ${ofWorker}`],
};

describe("the buttons of a row", () => {
  for (const [state, offer] of Object.entries(apps)) {
    it(`of an app that is ${state}`, () => {
      assert.deepEqual(offerOf(appContext(sampleView({ state: state as AppViewState }))), offer);
    });
  }

  for (const [state, offer] of Object.entries(workers)) {
    it(`of a worker that is ${state}`, () => {
      assert.deepEqual(offerOf(workerContext(sampleWorker({ state: state as WorkerView["state"] }))), offer);
    });
  }

  it("open a browser only for an app that has an address for it, whatever other apps have", () => {
    for (const addresses of [[], ["tcp://127.0.0.1:3000"], ["unix:/run/api.sock"]]) {
      const [, menu] = offerOf(appContext(sampleView({ snapshot: sampleSnapshot({ app: { addresses } }) })));
      assert.equal(menu, serving[1].replace("openInBrowser copyUrl ", ""), addresses.join());
    }
    assert.match(offerOf(appContext(sampleView()))[1], /openInBrowser/);
  });

  it("open the log file of an app that has one", () => {
    const logs = { file: "/srv/shop/app.log" };
    const [, menu] = offerOf(appContext(sampleView({ snapshot: sampleSnapshot({ app: { logs } }) })));
    assert.equal(menu, serving[1].replace("filterLog", "filterLog openLogFile"));
  });

  it("switch the watching of files on where it is off, and off where it is on", () => {
    const offers = (["off", "failed", "starting", "on"] as const).map((state) => {
      const [buttons, menu] = offerOf(
        appContext(sampleView({ snapshot: sampleSnapshot({ app: { watch: { state } } }) })),
      );
      return [/\b(watch|unwatch)\b/.exec(buttons)?.[1], / (watch|unwatch) scale/.exec(menu)?.[1]];
    });
    const [on, off] = [
      ["watch", "watch"],
      ["unwatch", "unwatch"],
    ];
    assert.deepEqual(offers, [on, on, off, off]);
  });

  it("let a worker go on that a debugger has stopped, whatever it was doing", () => {
    for (const state of ["starting", "ready", "draining"] as const) {
      const [buttons] = offerOf(workerContext(sampleWorker({ state, paused: { since: 1, waits: false } })));
      assert.match(buttons, /continueWorker$/);
    }
  });

  it("cancel a reload only while that still has an effect", () => {
    const renewal = { kind: "reload", phase: "starting", from: 1, to: 2, ready: 0, total: 2, draining: 0 } as const;
    for (const cancellable of [true, false]) {
      const snapshot = sampleSnapshot({ renewal: { ...renewal, startedAt: 1, queued: false, cancellable } });
      const [, menu] = offerOf(appContext(sampleView({ state: "reloading", snapshot })));
      assert.equal(/\bcancelReload\b/.test(menu), cancellable);
    }
  });

  it("reload with the previous settings only where there are some", () => {
    const at = (generation: number) => sampleView({ snapshot: sampleSnapshot({ app: { generation } }) });
    assert.deepEqual(
      [1, 2].map((generation) => / rollback\b/.test(offerOf(appContext(at(generation)))[1])),
      [false, true],
    );
  });

  it("harm nobody with one click: what ends a worker or makes a gap is in the menu", () => {
    const inline = [...Object.values(apps), ...Object.values(workers)].map(([buttons]) => buttons).join(" ");
    assert.doesNotMatch(inline, /restart|killWorker|cutNow/);
  });

  it("are, for an app on another machine, those that need none of its files", () => {
    const there = { machine: "web1", app: "api" };
    const of = (state: AppViewState) => offerOf(appContext(sampleView({ state, there })));
    const sees = "showLog filterLog showHistory showLayers";
    const serves = `reload gracefulReload debug | restart stop | ${sees} | scale`;
    assert.deepEqual(of("running"), ["reload", serves]);
    assert.deepEqual(of("crash-looping"), ["start", `start ${serves}`]);
    assert.deepEqual(of("stopping"), ["", `stop | ${sees}`]);
    for (const [state, offer] of Object.entries(workers)) {
      const worker = sampleWorker({ state: state as WorkerView["state"] });
      assert.deepEqual(offerOf(workerContext(worker, there)), offer, `a ${state} worker, as one here`);
    }
    assert.deepEqual(offerOf("machine"), ["refresh", "refresh"]);
    assert.deepEqual(offerOf("machine;preparable"), ["prepareMachine refresh", "prepareMachine | refresh"]);
    assert.deepEqual(offerOf("machine;otherVersion"), ["refresh", "prepareMachine | refresh"]);
    assert.deepEqual(offerOf("fleet"), [
      "reloadFleet",
      "reloadFleet gracefulReloadFleet rollbackFleet | restartFleet | checkFleet showFleetHistory",
    ]);
    assert.deepEqual(offerOf("fleetBusy"), ["cancelFleet", "cancelFleet | showFleetHistory"]);
  });

  it("are none where the row is neither an app's nor a worker's", () => {
    for (const context of ["history", "report.completed", "trouble", "stderr", "fleetMachine"]) {
      assert.deepEqual(offerOf(context), ["", ""]);
    }
  });
});

function offerOf(viewItem: string): Offer {
  const items = contributes.menus["view/item/context"]
    .filter(({ when }) => holds(when, viewItem))
    .map(({ command, group }) => ({ name: command.replace("hitless.", ""), group }))
    .sort((a, b) => (a.group < b.group ? -1 : 1));
  const words = (wanted: string) =>
    items
      .filter(({ group }) => group.startsWith(`${wanted}@`))
      .map(({ name }) => name)
      .join(" ");
  const groups = [...new Set(items.map(({ group }) => group.split("@")[0] ?? ""))];
  const menu = groups.filter((group) => group !== "inline").map(words);
  return [words("inline"), menu.join(" | ")];
}

/** Whether a clause holds in the view of apps, as VS Code reads it. */
function holds(when: string, viewItem: string): boolean {
  return when.split(" && ").every((clause) => {
    const [, not, pattern] = /^(!\()?viewItem =~ \/(.+?)\/\)?$/.exec(clause) ?? [];
    if (pattern === undefined) {
      assert.equal(clause, "view == hitless.apps");
      return true;
    }
    return new RegExp(pattern).test(viewItem) === (not === undefined);
  });
}
