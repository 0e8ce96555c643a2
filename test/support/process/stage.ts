import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { patience } from "./notHere/wine.ts";
import { processesWithEnvironment, signal } from "./processes.ts";
import type { TestApp } from "./testApp.ts";

/** Set for every worker of a stage, and so for everything that a worker starts. */
export const stageVariable = "TEST_STAGE";

/** Windows removes no folder in which a process still runs; each try waits 100 ms longer than the one before. */
const removeTries = 20;

/** Processes that were told to end are given so long, in milliseconds. */
const endDeadlineMs = 10_000 * patience;

/** What one test uses up: a folder for apps, a runtime folder of its own, and every process that came of it. */
export interface Stage {
  readonly id: string;
  /** For copies of fixtures. */
  readonly folder: string;
  /** Where endpoint files and sockets are. */
  readonly runtimeFolder: string;
  /** Adds something that `close` ends, the latest first. */
  add(app: TestApp): void;
  /** What the supervisors of this stage wrote to their own stdout and stderr, such as a warning of Node. */
  supervisorLog(): string;
  /** Ends with the stage, before its apps. */
  onClose(action: () => void | Promise<void>): void;
  /**
   * Stops every app and removes the folders.
   * @throws AssertionError if a process, an endpoint file or a socket is left: the supervisor must leave nothing behind.
   */
  close(): Promise<void>;
}

let stages = 0;

/** Opens a stage; close it in `afterEach`. */
export function openStage(): Stage {
  stages += 1;
  const id = `${process.pid}-${stages}`;
  const folder = temporaryFolder("hitless-stage-");
  // Short: the path of a Unix socket has to be.
  const runtimeFolder = temporaryFolder("hl-");
  const apps: TestApp[] = [];
  const actions: (() => void | Promise<void>)[] = [];
  return {
    id,
    get folder() {
      return folder.path();
    },
    get runtimeFolder() {
      return runtimeFolder.path();
    },
    add: (app) => apps.push(app),
    supervisorLog: () =>
      readdirSync(runtimeFolder.path())
        .filter((name) => name.endsWith(".log"))
        .map((name) => readFileSync(join(runtimeFolder.path(), name), "utf8"))
        .join(""),
    onClose: (action) => actions.push(action),
    async close() {
      try {
        for (const action of actions.reverse()) {
          await action();
        }
        await Promise.all(apps.map((app) => app.end()));
        await assertNothingLeft(id, apps, runtimeFolder.path());
      } finally {
        await folder.remove();
        await runtimeFolder.remove();
      }
    },
  };
}

/** Made when it is asked for: a stage that no test enters, since only some were chosen, leaves nothing behind. */
function temporaryFolder(prefix: string): { path(): string; remove(): Promise<void> } {
  let made: string | undefined;
  return {
    path() {
      // The real path: on macOS the temporary folder is reached through a link, and workers tell where they really are.
      made ??= realpathSync(mkdtempSync(join(tmpdir(), prefix)));
      return made;
    },
    async remove() {
      if (made !== undefined) {
        await removeFolder(made);
      }
    },
  };
}

/** Not `rmSync`, which tries only once where a folder is busy. */
export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: removeTries });
}

async function assertNothingLeft(id: string, apps: readonly TestApp[], runtimeFolder: string): Promise<void> {
  const marker = `${stageVariable}=${id}\0`;
  const left = async (): Promise<number[]> => {
    const marked = await processesWithEnvironment(process.platform === "linux" ? marker : marker.slice(0, -1));
    return [...new Set([...apps.flatMap((app) => app.living()), ...marked])];
  };
  const deadline = performance.now() + endDeadlineMs;
  let orphans = await left();
  while (orphans.length > 0 && performance.now() < deadline) {
    await wait(20);
    orphans = await left();
  }
  for (const pid of orphans) {
    signal(pid, "SIGKILL");
  }
  assert.deepEqual(orphans, [], `processes that outlived their supervisor by ${endDeadlineMs} ms (now killed)`);
  const files = existsSync(runtimeFolder)
    ? readdirSync(runtimeFolder).filter((name) => /\.(json|sock|tmp)$/.test(name))
    : [];
  const killed = apps.some((app) => app.wasKilled);
  // A supervisor that was killed can't tidy up; whoever looks next does.
  assert.deepEqual(killed ? [] : files, [], "files that a supervisor left in the runtime folder");
}
