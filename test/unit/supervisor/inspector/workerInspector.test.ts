import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openInspectorSession } from "../../../../src/supervisor/inspector/inspectorSession.ts";
import { findPause } from "../../../../src/supervisor/inspector/stuckStack.ts";
import { createWorkerInspector, type WorkerInspector } from "../../../../src/supervisor/inspector/workerInspector.ts";
import { poll } from "../../../support/process/until.ts";

/** Opens and closes its inspector as a worker does; writes lines of its own around what Node writes. */
const worker = `
process.stderr.write("own line\\n");
setInterval(() => undefined, 1000);
process.stdin.on("data", () => { require("node:inspector").close(); process.stdout.write("closed"); });
process.stdout.write("ready");
`;

describe("inspectorDoor", () => {
  let child: ChildProcess;
  let door: WorkerInspector;
  let own = "";

  beforeEach(async () => {
    door = createWorkerInspector();
    own = "";
    child = spawn(process.execPath, ["--inspect-port=0", "-e", worker], { stdio: "pipe" });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      own += door.filter(text);
    });
    await once(child.stdout ?? child, "data");
  });

  afterEach(() => child.kill("SIGKILL"));

  const close = async (): Promise<void> => {
    child.stdin?.write("x");
    await once(child.stdout ?? child, "data");
    door.closed();
  };

  it("tells everybody who asks meanwhile the same address, and takes what Node says of it out of stderr", async () => {
    const pid = child.pid ?? 0;
    const [a, b] = await Promise.all([door.open(pid), door.open(pid)]);
    assert.match(a, /^ws:\/\/127\.0\.0\.1:\d+\//);
    assert.equal(b, a);
    await close();
    const again = await door.open(pid);
    assert.match(again, /^ws:/);
    await close();
    assert.equal(own.replace("own line\n", ""), "");
  });

  it("says at once that there is no such process, and can be asked again", async () => {
    const pid = child.pid ?? 0;
    await assert.rejects(door.open(2 ** 22 - 1));
    assert.match(await door.open(pid), /^ws:/);
  });

  it("tells when the last debugger has left, which is none of the supervisor's own sessions", async () => {
    const url = await door.open(child.pid ?? 0);
    let left = 0;
    door.onDidLeave(() => {
      left += 1;
    });
    door.countOwn();
    await findPause(url);
    const other = await openInspectorSession(url);
    door.countOwn();
    await findPause(url);
    other.close();
    await poll("the debugger has left", () => left > 0);
    assert.deepEqual([left, door.url], [1, url]);
  });

  it("leaves everything in stderr while nobody has asked", () => {
    const line = "Debugger listening on ws://127.0.0.1:1/x\n";
    assert.equal(door.filter(line), line);
  });
});
