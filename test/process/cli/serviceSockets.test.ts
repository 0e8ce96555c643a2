import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { freePort } from "../../support/process/freePort.ts";
import { startNewcomers } from "../../support/process/newcomers.ts";
import { pythonNames } from "../../support/process/notifySocket.ts";
import { signal } from "../../support/process/processes.ts";
import { serviceManager } from "../../support/process/serviceManager.ts";
import { findProgram } from "../../support/programs.ts";
import { ensureSystem, programNeed } from "../../support/systemPackages.ts";
import { assertCode, type CliRun, type CliWorld, cliFile, get, node, openCliWorld } from "./hitless.ts";

/** Listens at a port and a Unix socket; closes the one, and opens it again, when asked. */
const server = `
const http = require("node:http");
const answer = (request, response) => {
  if (request.url === "/close") {
    byPort.close();
    response.end("closed");
  } else if (request.url === "/again") {
    byPort.close(() => byPort.listen(Number(process.env.PORT)));
    byPort.closeAllConnections();
  } else if (request.url === "/environment") {
    response.end(process.env.LISTEN_FDS + " " + process.env.FDSTORE);
  } else {
    response.end(String(process.ppid));
  }
};
const byPort = http.createServer(answer).listen(Number(process.env.PORT));
http.createServer(answer).listen("app.sock");
`;

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("listening sockets that the service manager keeps", () => {
  let world: CliWorld;
  let port: number;

  before(async function () {
    this.timeout(300_000);
    await ensureSystem(
      [programNeed("python3", () => findProgram(pythonNames) !== null)],
      "What is told to the service manager",
    );
  });

  beforeEach(async () => {
    world = openCliWorld();
    world.write({ "server.js": server });
    port = await freePort();
  });

  afterEach(() => world.end());

  const runService = (flags: readonly string[] = [], workers = 2): CliRun => {
    const folder = join(world.folder, "service");
    mkdirSync(folder);
    const { words, bin } = serviceManager(folder);
    const PATH = [bin, dirname(node), process.env.PATH].join(delimiter);
    return world.start(["start", "server.js", "--name=api", `--workers=${workers}`, `--env=PORT=${port}`, ...flags], {
      command: [...words, node, cliFile],
      env: { PATH },
    });
  };
  const told = (run: CliRun, what: RegExp) => run.until("stdout", new RegExp(`^@\\{${what.source}`, "m"));
  const times = (run: CliRun, what: RegExp): number =>
    run.stdout.match(new RegExp(`^@\\{${what.source}`, "gm"))?.length ?? 0;
  const supervisorAt = async (path = ""): Promise<number> => Number(await get(`http://127.0.0.1:${port}/${path}`));
  const stop = async (run: CliRun): Promise<void> => {
    run.child.kill("SIGTERM");
    assertCode(await run.ended, 0);
  };

  for (const scheduling of ["roundRobin", "shared"]) {
    it(`nobody is refused while a supervisor that was killed is started again (${scheduling})`, async () => {
      const run = runService([`--scheduling=${scheduling}`]);
      await told(run, /"kept": "hitless-null_\d+_[46]"/);
      await told(run, /"kept": "hitless-[0-9a-f]{32}"/);
      const first = await supervisorAt();
      const byPort = startNewcomers({ target: { port }, clients: 4 });
      const byPath = startNewcomers({ target: { path: join(world.folder, "app.sock") }, clients: 2 });
      await byPort.untilAnswers(200, 20);
      signal(first, "SIGKILL");
      await told(run, /"started": \d+, "given": \["hitless-[^"]+", "hitless-[^"]+"\]/);
      await byPort.untilAnswers(200, 200);
      await byPath.untilAnswers(200, 200);
      const counts = [await byPort.stop(), await byPath.stop()];
      assert.deepEqual(
        counts.map(({ refused }) => refused),
        [0, 0],
        JSON.stringify(counts),
      );
      assert.notEqual(await supervisorAt(), first);
      assert.match(run.stderr, /has gone, and its workers with it; the service manager, which keeps its sockets,/);

      // Reloaded and upgraded, it is still the same socket.
      assertCode(await world.run(["reload", "api"]), 0);
      assertCode(await world.run(["upgrade", "api"]), 0);
      assert.equal(times(run, /"removed"/), 0);
      const second = await supervisorAt();
      signal(second, "SIGKILL");
      await run.until("stdout", /^@\{"started": [\s\S]*^@\{"started": [\s\S]*^@\{"started": /m);
      assert.notEqual(await supervisorAt(), second);
      await stop(run);
    });
  }

  it("a socket that the app closes is given up, and can be opened again", async () => {
    const run = runService([], 1);
    await run.until("stdout", /"kept"[\s\S]*"kept"/);
    await get(`http://127.0.0.1:${port}/again`).catch(() => undefined);
    await run.until("stdout", /"removed"[\s\S]*"kept"/);
    assert.ok((await supervisorAt()) > 0);
    assert.equal(await get(`http://127.0.0.1:${port}/close`), "closed");
    await run.until("stdout", /"removed"[\s\S]*"removed"/);
    await assert.rejects(connected(port), { code: "ECONNREFUSED" });
    await stop(run);
  });

  it("one that the app does not open any more is given up", async () => {
    const run = runService();
    await run.until("stdout", /"kept"[\s\S]*"kept"/);
    const first = await supervisorAt();
    world.write({ "server.js": server.replace('http.createServer(answer).listen("app.sock");', "") });
    signal(first, "SIGKILL");
    const [, name = ""] = await told(run, /"removed": "(hitless-[^"]+)"/);
    assert.match(name, /^hitless-[0-9a-f]{32}$/);
    assert.notEqual(await supervisorAt(), first);
    await stop(run);
  });

  it("what was meant for another process is left alone", async () => {
    const env = { NOTIFY_SOCKET: "", FDSTORE: "64", LISTEN_FDS: "2", LISTEN_PID: "1", LISTEN_FDNAMES: "a:b" };
    const run = world.start(["start", "server.js", "--name=api", `--env=PORT=${port}`], { env });
    await run.until("stderr", /ready/);
    assert.equal(await get(`http://127.0.0.1:${port}/environment`), "undefined undefined");
    signal(await supervisorAt(), "SIGKILL");
    await run.until("stderr", /runs again/);
    await stop(run);
  });
});

function connected(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}
