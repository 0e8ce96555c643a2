import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import { launchSupervisor } from "../../../src/client/launch/launchSupervisor.ts";
import { buildRecipe } from "../../../src/client/recipe/recipe.ts";
import type { AppConfig, LaunchRecipe, LaunchRecipeInput } from "../../../src/shared/appConfig.ts";
import type { Endpoint } from "../../../src/shared/launch.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";
import { projectRoot } from "../paths.ts";
import { bundlesFolder } from "./bundles.ts";
import { freePort } from "./freePort.ts";
import { type MatrixNode, nodeProgramOf } from "./nodeMatrix.ts";
import { wineVersion } from "./notHere/wine.ts";
import { beginningOf, isAlive, signal } from "./processes.ts";
import { type Stage, stageVariable } from "./stage.ts";
import { poll, within } from "./until.ts";

const fixturesFolder = fileURLToPath(new URL("../../fixtures", import.meta.url));

const supervisorFile = join(bundlesFolder, "supervisor.cjs");

const identity = { name: "process tests", version: "0" };

export interface StartOptions {
  /** Folder under `test/fixtures`. */
  readonly fixture: string;
  readonly node: MatrixNode;
  /** What a person would write; its `env` gets a free `PORT` unless it has one. */
  readonly config?: AppConfig;
  /** Changes to the finished recipe: for what a person could not write. */
  readonly recipe?: Partial<LaunchRecipeInput>;
  /** Default: 10 minutes, so that no test is stopped by it by chance. */
  readonly graceMs?: number;
  readonly detached?: boolean;
  /** Name of the copy's folder; default: the fixture's name. */
  readonly folderName?: string;
  /** Default: that of the bundles under test. */
  readonly supervisorFile?: string;
  /** Changes the copy before the start. */
  readonly prepare?: (folder: string) => void;
}

/** A copy of a fixture that runs under a supervisor. */
export interface TestApp {
  /** The copy, which the test may change. */
  readonly folder: string;
  readonly recipe: LaunchRecipe;
  readonly client: SupervisorClient;
  readonly endpoint: Endpoint;
  readonly port: number;
  /** Every worker that was ever seen. */
  readonly pids: ReadonlySet<number>;
  /** Those of its processes that live, supervisors included, and not those of others that have got their ids since. */
  living(): number[];
  /** Of every renewal that has ended. */
  readonly reports: readonly RenewalReport[];
  /** The supervisor was killed by the test, so that it could not tidy up. */
  readonly wasKilled: boolean;
  write(file: string, text: string): void;
  read(file: string): string;
  /** Another client of the same supervisor. */
  connect(): Promise<SupervisorClient>;
  /** SIGKILL to the supervisor. */
  killSupervisor(): void;
  /** Whether the endpoint file and the socket are gone. */
  endpointGone(): boolean;
  /** Stops the app at once, if it still runs. Called by the stage. */
  end(): Promise<void>;
}

/** Copies a fixture, starts it under a supervisor and connects. The app itself may not be ready yet, or fail. */
export async function startApp(stage: Stage, options: StartOptions): Promise<TestApp> {
  const { fixture, node, config = {}, graceMs = 600_000, detached = false } = options;
  const folder = copyFixture(stage, fixture, options.folderName ?? fixture);
  options.prepare?.(folder);
  const path = await nodeProgramOf(node);
  const port = Number(config.env?.PORT ?? (await freePort()));
  const built = await buildRecipe(
    {
      name: `${fixture} ${stage.id}`,
      ...config,
      env: { ...config.env, PORT: String(port), [stageVariable]: stage.id },
    },
    { folder, node: { path, version: `v${node.version}`, source: "explicit" }, environment: process.env },
  );
  const recipe = { ...built, ...options.recipe };
  const endpoint = await launchSupervisor({
    recipe,
    node: path,
    supervisorFile: options.supervisorFile ?? supervisorFile,
    version: "0.0.0-test",
    detached,
    graceMs,
    folder: stage.runtimeFolder,
  });
  const clients: SupervisorClient[] = [];
  const pids = new Set<number>();
  const beginnings = new Map<number, string | undefined>();
  const supervisors = new Set([endpoint.pid]);
  /** The workers of the latest snapshot. */
  let named = new Set<number>();
  // Where the system tells no beginning, the id of a worker that its supervisor names no longer may be another's.
  const isOurs = (pid: number): boolean =>
    isAlive(pid) &&
    (process.platform === "linux"
      ? beginnings.get(pid) !== undefined && beginnings.get(pid) === beginningOf(pid)
      : supervisors.has(pid) || named.has(pid));
  const remember = (pid: number): void => {
    if (!isOurs(pid)) {
      beginnings.set(pid, beginningOf(pid));
    }
  };
  remember(endpoint.pid);
  const connect = async (): Promise<SupervisorClient> => {
    const client = await SupervisorClient.connect(endpoint, identity);
    clients.push(client);
    const note = ({ workers }: SupervisorClient["snapshot"]): void => {
      named = new Set(workers.map(({ pid }) => pid));
      for (const { pid } of workers) {
        if (!pids.has(pid) || !isOurs(pid)) {
          remember(pid);
        }
        pids.add(pid);
      }
    };
    note(client.snapshot);
    client.onDidSnapshot(note);
    client.onDidMove(({ pid }) => {
      supervisors.add(pid);
      remember(pid);
    });
    return client;
  };
  const client = await connect().catch((error: unknown) => {
    signal(endpoint.pid, "SIGKILL");
    throw error;
  });
  const reports: RenewalReport[] = [];
  client.onDidReport((report) => reports.push(report));
  let wasKilled = false;
  const kill = (): void => {
    wasKilled = true;
    if (isOurs(client.endpoint.pid)) {
      signal(client.endpoint.pid, "SIGKILL");
    }
  };
  const app: TestApp = {
    folder,
    recipe: built,
    client,
    endpoint,
    port,
    pids,
    living: () => [...beginnings.keys()].filter(isOurs),
    reports,
    get wasKilled() {
      return wasKilled;
    },
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    read: (file) => readFileSync(join(folder, file), "utf8"),
    connect,
    killSupervisor: kill,
    endpointGone: () =>
      !existsSync(client.endpoint.socket) && !readdirSync(stage.runtimeFolder).some((name) => name.endsWith(".json")),
    async end() {
      const live = clients.find((client) => !client.closed);
      // It may have been renewed.
      const { pid } = client.endpoint;
      if (isOurs(pid) && live !== undefined) {
        await within("stopping the app", live.request("app/stop", { now: true })).catch(kill);
      }
      for (const client of clients) {
        client.dispose();
      }
      await poll("the supervisor ends", () => !isOurs(pid) && !isOurs(endpoint.pid), 5_000).catch(kill);
    },
  };
  stage.add(app);
  return app;
}

/** Not `cpSync`, which takes the path of a folder for the system's own encoding on Windows (Node.js 22). */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    (entry.isDirectory() ? copyFolder : copyFileSync)(join(from, entry.name), join(to, entry.name));
  }
}

function copyFixture(stage: Stage, fixture: string, folderName: string): string {
  const folder = join(stage.folder, folderName);
  copyFolder(join(fixturesFolder, fixture), folder);
  // The copy finds the project's packages (express and the like) as if they were installed in it.
  // Wine 8 makes no links: the runner has put the packages above its temporary folder.
  if (wineVersion === undefined) {
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"), "junction");
  }
  return folder;
}
