import assert from "node:assert/strict";
import type { RenewalReport } from "../../../src/shared/report.ts";
import { assertHonestMeanwhile } from "./honesty.ts";
import { type MatrixNode, nodeProgramOf } from "./nodeMatrix.ts";
import { openStage, type Stage } from "./stage.ts";
import { type StrictClient, type StrictClientOptions, type StrictCounts, startStrictClient } from "./strictClient.ts";
import { type StartOptions, startApp, type TestApp } from "./testApp.ts";
import { untilRunning } from "./until.ts";

/** A test may take so long in all, in milliseconds; what it waits for has a deadline of its own before, but for a renewal, which ends by the supervisor's. */
const testDeadlineMs = 90_000;

/** The first test on a version may have to install it. */
const installDeadlineMs = 300_000;

/** What the tests of one `describe` work with. */
export interface Scene {
  readonly node: MatrixNode;
  /** The stage of the test that runs. */
  readonly stage: Stage;
  /** Starts a copy of a fixture; the app may not be ready yet. */
  start(options: Omit<StartOptions, "node">): Promise<TestApp>;
  /** Starts a copy of a fixture and waits until it runs. */
  run(options: Omit<StartOptions, "node">): Promise<TestApp>;
  /** The same, in `before`: the app serves all tests of the `describe`. */
  runForAll(options: Omit<StartOptions, "node">): Promise<TestApp>;
  /**
   * Starts a strict client that ends with the test. Then it is looked whether it has lost anything while a renewal of the
   * scene's apps ran that says "0 dropped".
   */
  ask(options: StrictClientOptions): Promise<StrictClient>;
}

/** Describes the same behaviour on each of these versions of Node.js; every test has a stage of its own. */
export function describeOn(nodes: readonly MatrixNode[], title: string, define: (scene: Scene) => void): void {
  for (const node of nodes) {
    describe(`${title} (Node ${node.major})`, function () {
      this.timeout(testDeadlineMs);
      let stage: Stage | undefined;
      let strict: StrictClient[] = [];
      const apps: TestApp[] = [];
      const current = (): Stage => {
        assert.ok(stage !== undefined, "no test runs");
        return stage;
      };
      before(async function () {
        this.timeout(installDeadlineMs);
        await nodeProgramOf(node);
      });
      beforeEach(() => {
        stage = openStage();
      });
      afterEach(async () => {
        await stage?.close();
        const losses = strict.flatMap(({ counts }) => counts.losses);
        strict = [];
        assertHonestMeanwhile(
          apps.flatMap(({ reports }) => reports),
          losses,
        );
      });
      const whole = openStage();
      after(() => whole.close());
      const start = async (where: Stage, options: Omit<StartOptions, "node">): Promise<TestApp> => {
        const app = await startApp(where, { ...options, node });
        apps.push(app);
        return app;
      };
      const run = async (where: Stage, options: Omit<StartOptions, "node">): Promise<TestApp> => {
        const app = await start(where, options);
        await untilRunning(app.client);
        return app;
      };
      define({
        node,
        get stage() {
          return current();
        },
        start: (options) => start(current(), options),
        run: (options) => run(current(), options),
        runForAll: (options) => run(whole, options),
        async ask(options) {
          const client = await startStrictClient(options);
          strict.push(client);
          current().onClose(async () => {
            await client.stop();
          });
          return client;
        },
      });
    });
  }
}

/** Signals, process groups and modes of files are nothing Windows has. */
export function onPosix(title: string, test: Mocha.AsyncFunc): void {
  // Read anew for each file: where files run beside each other, each has its own `it`.
  (process.platform === "win32" ? it.skip : it)(title, test);
}

/**
 * No request was lost and no connection had to be opened again; on Windows, where none is handed over, they are closed
 * in the way of HTTP.
 */
export function assertUnnoticed({ failed, reopened, failures }: StrictCounts): void {
  const opened = process.platform === "win32" ? 0 : reopened;
  assert.deepEqual({ failed, reopened: opened, failures }, { failed: 0, reopened: 0, failures: [] });
}

export function assertOutcome(report: RenewalReport, outcome: RenewalReport["outcome"]): void {
  assert.equal(report.outcome, outcome, JSON.stringify(report, null, 2));
}
