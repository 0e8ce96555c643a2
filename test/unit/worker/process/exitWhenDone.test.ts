import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../../support/paths.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

const source = (name: string): string => pathToFileURL(join(projectRoot, "src/worker", name)).href;

/** What a worker's preload does for this, without the rest of it. */
const preload = `
import { openChannel } from ${JSON.stringify(source("channel.ts"))};
import { createGuard } from ${JSON.stringify(source("guard.ts"))};
import { exitWhenDone } from ${JSON.stringify(source("process/exitWhenDone.ts"))};
const channel = openChannel();
// As in a cluster worker, whose channel holds its process and has a listener of its own.
process.on("message", () => undefined);
process.on("internalMessage", () => undefined);
process.channel.ref();
const loneliness = exitWhenDone(channel, createGuard(channel));
channel.listen((message) => message.type === "alone" && loneliness.answered());
`;

/** Holds nothing, and comes only if the process still lives when it has long been looked at, asked and let go. */
const signOfLife = 'setTimeout(() => process.send("alive"), 1500).unref();';

describe("exitWhenDone", function () {
  this.timeout(20_000);
  let child: ChildProcess | undefined;

  afterEach(() => {
    child?.kill("SIGKILL");
    removeTempFolders();
  });

  /** Runs a script as a worker would; answers its questions, unless `answer` says not. */
  function start(script: string, answer = true): { readonly asked: () => number; readonly child: ChildProcess } {
    const folder = tempFolder({ "preload.mjs": preload, "script.mjs": script });
    let asked = 0;
    const worker = fork(join(folder, "script.mjs"), {
      execArgv: ["--import", pathToFileURL(join(folder, "preload.mjs")).href],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    child = worker;
    worker.on("internalMessage" as "message", (message: unknown) => {
      const { cmd, type } = message as { readonly cmd?: string; readonly type?: string };
      if (type === "alone") {
        asked += 1;
        if (answer) {
          worker.send({ cmd, type });
        }
      }
    });
    return { asked: () => asked, child: worker };
  }

  it("lets a script end that has nothing left to do", async () => {
    const { child: worker } = start("");
    assert.deepEqual(await once(worker, "exit"), [0, null]);
  });

  it("lets it end only after its timers, and whatever it does then", async () => {
    const { child: worker } = start("setTimeout(() => setTimeout(() => process.exitCode = 7, 300), 500);");
    assert.deepEqual(await once(worker, "exit"), [7, null]);
  });

  it("holds a script that waits for messages", async () => {
    const { child: worker, asked } = start(`${signOfLife} process.on("message", (text) => process.exit(text.length));`);
    assert.deepEqual(await Promise.race([once(worker, "message"), once(worker, "exit")]), ["alive", undefined]);
    assert.equal(asked(), 0);
    worker.send("four");
    assert.deepEqual(await once(worker, "exit"), [4, null]);
  });

  it("does not let go before the supervisor has answered", async () => {
    const { child: worker, asked } = start(signOfLife, false);
    assert.deepEqual(await Promise.race([once(worker, "message"), once(worker, "exit")]), ["alive", undefined]);
    assert.equal(asked(), 1);
  });
});
