import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SupervisorEvent } from "../../src/shared/logs.ts";
import type { RenewalReport } from "../../src/shared/report.ts";
import type { Loss } from "../../test/support/process/honesty.ts";
import { nodeProgramOf, testedNodes, usualNode } from "../../test/support/process/nodeMatrix.ts";
import { seededNumbers } from "../../test/support/process/seededNumbers.ts";
import { openStage, type Stage, stageVariable } from "../../test/support/process/stage.ts";
import { startApp, type TestApp } from "../../test/support/process/testApp.ts";
import { until, untilRunning } from "../../test/support/process/until.ts";
import { pause } from "../bench.ts";
import { chooseAct, untilAtRest, type World } from "./acts.ts";
import { type ClientCounts, type SoakClients, startClients } from "./clients.ts";
import { type Growth, growths } from "./growth.ts";
import { type Companion, followLogs, inspectedSupervisor, startBystander } from "./programs.ts";
import { type ToldLoss, toldByEvent, toldByReport, untold } from "./toldLosses.ts";
import { type Sample, takeSample } from "./vitals.ts";

export interface SoakOptions {
  /** It ends after so many … */
  readonly renewals: number;
  /** … or so many minutes. */
  readonly minutes: number;
  readonly seed: number;
  /** Majors of the versions of Node.js that the supervisor is renewed to. */
  readonly nodes: readonly string[];
  /** Says how it goes. */
  readonly say: (text: string) => void;
}

export interface SoakResult {
  readonly seed: number;
  readonly minutes: number;
  /** By kind. */
  readonly renewals: Readonly<Record<string, number>>;
  readonly clients: readonly ({
    readonly name: string;
    readonly connections: number;
    /** Of the failed ones. */
    readonly refused: number;
  } & Omit<ClientCounts, "losses">)[];
  /** What the reports have told, of all that completed, were undone or failed. */
  readonly reports: {
    readonly count: number;
    /** In how many of them nothing was dropped. */
    readonly clean: number;
    readonly failed: number;
    readonly cut: number;
    readonly handedOver: number;
    readonly closed: number;
    readonly crashed: number;
  };
  /** Requests that were lost while nothing told of a loss. */
  readonly untold: readonly string[];
  readonly growths: readonly Growth[];
  readonly samples: readonly Sample[];
  /** Why it has failed; empty: it has not. */
  readonly faults: readonly string[];
}

/** The supervisor is renewed in the middle of the run; before and after it one reigns for long. */
const renewingFrom = 0.42;
const renewingTo = 0.58;

/** A sample is taken after so many renewals, or after each renewal of the supervisor. */
const renewalsASample = 20;
const workers = 2;

/** Renews an app in every way, in an order that the seed decides, under clients of every protocol, and looks what grows. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const stage = openStage();
  const companions: Companion[] = [];
  let clients: readonly SoakClients[] = [];
  const faults: string[] = [];
  let course: Course | undefined;
  try {
    // All that comes of this process can be told by it.
    process.env[stageVariable] = stage.id;
    const supervisorFile = inspectedSupervisor(stage.folder);
    const app = await startSoakApp(stage, supervisorFile);
    companions.push(await followLogs(app.client.snapshot.app.name, stage.runtimeFolder));
    companions.push(await startBystander(stage.runtimeFolder));
    clients = await startClients(app.port, app.folder);
    course = new Course({ ...options, app, stage, supervisorFile, companions, clients });
    await course.run();
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    await Promise.all(clients.map((each) => each.stop()));
    faults.push(...companions.flatMap(({ name, ended }) => (ended === undefined ? [] : [`${name} ended: ${ended}`])));
    await Promise.all(companions.map((each) => each.end()));
    const said = unexpected(stage.supervisorLog());
    faults.push(...said.map((line) => `A supervisor wrote: ${line}`));
    await stage.close().catch((error: unknown) => {
      faults.push(error instanceof Error ? error.message : String(error));
    });
  }
  const found = growths(course?.samples ?? []);
  const lost = clients.flatMap(({ name, counts }) =>
    untold(counts.losses, course?.told ?? []).map(
      (loss) => `${name}, ${new Date(loss.begunAt).toISOString()}: ${loss.message} (${course?.under(loss) ?? "?"})`,
    ),
  );
  if (lost.length > 0) {
    faults.push(
      `Clients lost ${lost.length} requests of which no report and no event tells: ${lost.slice(0, 5).join("; ")}`,
    );
  }
  for (const { what, when, slope, bound, unit } of found.filter(({ isBeyond }) => isBeyond)) {
    faults.push(`${what} grows by ${inUnit(slope, unit)} (bound ${inUnit(bound ?? 0, unit)}; ${when}).`);
  }
  return {
    seed: options.seed,
    minutes: (course?.ms ?? 0) / 60_000,
    renewals: course?.counts ?? {},
    clients: clients.map(({ name, connections, counts: { losses, ...counts } }) => ({
      name,
      connections,
      refused: losses.filter(({ message }) => /ECONNREFUSED|ENOENT/.test(message)).length,
      ...counts,
    })),
    reports: sum(course?.reports ?? []),
    untold: lost,
    growths: found,
    samples: course?.samples ?? [],
    faults,
  };
}

/** A figure of bytes is said in KiB. */
export function inUnit(value: number, unit: Growth["unit"]): string {
  return unit === "" ? value.toFixed(2) : `${(value / 1_024).toFixed(1)} ${unit}`;
}

async function startSoakApp(stage: Stage, supervisorFile: string): Promise<TestApp> {
  const app = await startApp(stage, {
    fixture: "protocols",
    node: usualNode(),
    supervisorFile,
    config: {
      entry: "soak.cjs",
      workers,
      watch: true,
      health: 0,
      // Short: hundreds of renewals are waited for, one after the other.
      streamGrace: 100,
      drainTimeout: 20_000,
      killTimeout: 20_000,
      maxRestarts: 1_000,
      restartDelay: 10,
      minUptime: 50,
      maxMemory: 350,
      logs: { file: "soak.log", maxSize: "1M", maxFiles: 3, compress: true },
    },
    prepare: (folder) => copyFileSync(fileURLToPath(new URL("app.cjs", import.meta.url)), join(folder, "soak.cjs")),
  });
  await untilRunning(app.client);
  await until(app.client, "all servers listen", ({ workers: all }) =>
    all.every(({ addresses }) => addresses.length === 10),
  );
  return app;
}

interface CourseOptions extends SoakOptions {
  readonly app: TestApp;
  readonly stage: Stage;
  readonly supervisorFile: string;
  readonly companions: readonly Companion[];
  readonly clients: readonly SoakClients[];
}

class Course {
  readonly samples: Sample[] = [];
  readonly reports: RenewalReport[] = [];
  readonly told: ToldLoss[] = [];
  readonly counts: Record<string, number> = {};
  readonly #options: CourseOptions;
  readonly #startedAt = performance.now();
  /** What was done, and when: epoch milliseconds. */
  readonly #acts: { readonly kind: string; readonly from: number; to: number }[] = [];
  readonly #events: SupervisorEvent[] = [];
  #done = 0;
  #upgrades = 0;
  #saidAt = 0;
  #sampledAt = 0;

  constructor(options: CourseOptions) {
    this.#options = options;
    const { client } = options.app;
    client.onDidReport((report) => {
      this.reports.push(report);
      const told = toldByReport(report);
      if (told !== undefined) {
        this.told.push(told);
      }
    });
    client.onDidEvent((event) => {
      if (event.level === "error") {
        this.#events.push(event);
      }
    });
  }

  get ms(): number {
    return performance.now() - this.#startedAt;
  }

  /** What was under way while it was lost. */
  under({ begunAt, lostAt }: Loss): string {
    const acts = this.#acts.filter(({ from, to }) => from <= lostAt && to >= begunAt);
    return (
      acts.map(({ kind, from }) => `${kind}, begun ${lostAt - from} ms before it was lost`).join("; ") || "at rest"
    );
  }

  async run(): Promise<void> {
    const { app, renewals, minutes, seed, nodes, supervisorFile } = this.#options;
    const random = seededNumbers(seed);
    const world: World = {
      app,
      random,
      supervisorFile,
      nodes: await Promise.all(
        testedNodes()
          .filter(({ major }) => nodes.includes(major))
          .map(async (node) => ({ path: await nodeProgramOf(node), version: `v${node.version}` })),
      ),
      nextReport: (holds) =>
        new Promise((resolve) => {
          const listening = app.client.onDidReport((report) => {
            if (holds(report)) {
              listening.dispose();
              resolve(report);
            }
          });
        }),
    };
    await this.#sample();
    for (;;) {
      const share = Math.max(this.#done / renewals, this.ms / (minutes * 60_000));
      if (share >= 1) {
        break;
      }
      const act = chooseAct(random, share >= renewingFrom && share < renewingTo);
      const done = { kind: act.kind, from: Date.now(), to: Number.POSITIVE_INFINITY };
      this.#acts.push(done);
      try {
        await act.run(world);
        await untilAtRest(app.client);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`Renewal ${this.#done + 1}, ${act.kind}: ${why}`, { cause: error });
      }
      done.to = Date.now();
      this.#done += 1;
      this.counts[act.kind] = (this.counts[act.kind] ?? 0) + 1;
      const restAt = Date.now();
      this.told.push(...this.#events.splice(0).flatMap((event) => toldByEvent(event, restAt) ?? []));
      if (act.isUpgrade === true) {
        this.#upgrades += 1;
      }
      if (act.isUpgrade === true || this.#done - this.#sampledAt >= renewalsASample) {
        await this.#sample();
      }
      this.#tell();
    }
    await this.#sample();
  }

  async #sample(): Promise<void> {
    const { app, stage, companions } = this.#options;
    const { client, folder } = app;
    if (client.snapshot.app.desiredWorkers !== workers) {
      await client.request("app/scale", { workers });
      await untilAtRest(client);
    }
    // Who was sent away has found another connection.
    await pause(300);
    this.#sampledAt = this.#done;
    this.samples.push(
      await takeSample({
        snapshot: client.snapshot,
        renewals: this.#done,
        upgrades: this.#upgrades,
        folders: { app: folder, runtime: stage.runtimeFolder, inspectors: stage.folder },
        socket: client.endpoint.socket,
        marker: `${stageVariable}=${stage.id}`,
        companions,
      }),
    );
  }

  /** Once a minute. */
  #tell(): void {
    if (this.ms - this.#saidAt < 60_000) {
      return;
    }
    this.#saidAt = this.ms;
    const { renewals, minutes, clients, say } = this.#options;
    const counts = clients.map((each) => each.counts);
    const total = (of: (counts: ClientCounts) => number): number => counts.reduce((sum, each) => sum + of(each), 0);
    const losses = counts.flatMap((each) => each.losses);
    const { figures = {}, node } = this.samples.at(-1) ?? {};
    const heap = (figures["supervisor: heap"] ?? 0) / 1_048_576;
    const rss = (figures["supervisor: RSS"] ?? 0) / 1_048_576;
    say(
      `${(this.ms / 60_000).toFixed(1)} of ${minutes} min: ${this.#done} of ${renewals} renewals, ${this.#upgrades} upgrades; ` +
        `${total(({ asked }) => asked)} asked, ${total(({ failed }) => failed)} failed (${untold(losses, this.told).length} untold), ` +
        `${total(({ reopened }) => reopened)} reopened; supervisor (${node}): heap ${heap.toFixed(1)} MiB, RSS ${rss.toFixed(1)} MiB, ` +
        `${figures["supervisor: descriptors"]} descriptors, ${figures["supervisor: active handles"]} handles`,
    );
  }
}

function sum(reports: readonly RenewalReport[]): SoakResult["reports"] {
  const total = (of: (traffic: NonNullable<RenewalReport["traffic"]>) => number): number =>
    reports.reduce((all, { traffic }) => all + (traffic === undefined ? 0 : of(traffic)), 0);
  return {
    count: reports.length,
    clean: reports.filter((report) => toldByReport(report) === undefined).length,
    failed: total(({ failed }) => failed),
    cut: total(({ cut }) => cut),
    handedOver: total(({ handedOver }) => handedOver),
    closed: total(({ closed }) => closed),
    crashed: total(({ crashed = 0 }) => crashed),
  };
}

/** What Node says of the inspectors, and of what is asked through them, is of our making. */
function unexpected(log: string): string[] {
  const usual = /^(?:Debugger (?:listening on|attached|ending on)|For help, see: )/;
  return log.split("\n").filter((line) => line.trim() !== "" && !usual.test(line));
}
