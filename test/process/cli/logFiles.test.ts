import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { poll } from "../../support/process/until.ts";
import { assertCode, type CliWorld, get, openCliWorld, readyPattern } from "./hitless.ts";

const lines = 20_000;

/** Each worker prints numbered lines in pieces that end anywhere as soon as it listens; `/crash` has it die with a line unfinished. */
const server = `
const worker = process.env.HITLESS_GENERATION + "." + process.env.HITLESS_WORKER;
let text = "";
for (let line = 0; line < ${lines}; line += 1) {
  text += worker + " " + line + " " + "früh 网 🙂 ".repeat(line % 20) + "\\n";
}
const bytes = Buffer.from(text);
const write = (from) => {
  if (from < bytes.length) {
    process.stdout.write(bytes.subarray(from, from + 9_973), () => write(from + 9_973));
  } else {
    console.error(worker + " done");
  }
};
require("node:http").createServer((request, response) => {
  if (request.url === "/crash") {
    process.stderr.write("last words", () => process.exit(1));
  } else {
    console.log(request.url);
    response.end();
  }
}).listen(0, () => write(0));
`;

describe("log files", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  const folder = () => join(world.folder, "logs");
  const errors = () => readFileSync(join(folder(), "error.log"), "utf8");

  /** All that was ever written to the file, oldest first. */
  const written = (): string => {
    const number = (name: string) => Number(/\.(\d+)/.exec(name)?.[1] ?? 0);
    const names = readdirSync(folder()).filter((name) => name.startsWith("app.log"));
    const parts = names
      .sort((a, b) => number(b) - number(a))
      .map((name) => ({ name, bytes: readFileSync(join(folder(), name)) }));
    return parts.map(({ name, bytes }) => (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString()).join("");
  };

  it("hold every line of every worker, whole and in order, through rotation, reload, scale and a crash", async () => {
    world.write({
      "server.js": server,
      "hitless.json": JSON.stringify({
        apps: {
          api: {
            entry: "server.js",
            logs: { file: "logs/app.log", errorFile: "logs/error.log", maxSize: "300K", maxFiles: 200, compress: true },
          },
        },
      }),
    });
    const started = await world.run(["start", "api", "--detach"]);
    assertCode(started, 0);
    const [, , , , url = ""] = readyPattern.exec(started.stderr) ?? [];
    assertCode(await world.run(["reload", "api"]), 0);
    assertCode(await world.run(["scale", "api", "3"]), 0);
    await poll("all have printed", () => ["2.1", "2.2", "2.3"].every((worker) => errors().includes(`${worker} done`)));
    await assert.rejects(get(`${url}/crash`));
    await poll("the last words are there", () => errors().includes("last words\n"));
    await poll(
      () => `the next one has printed: ${errors()}`,
      () => errors().match(/^2\.\d done$/gm)?.length === 4,
    );
    assertCode(await world.run(["stop", "api"]), 0);

    const next = new Map<string, number>();
    for (const line of written().slice(0, -1).split("\n")) {
      const [worker = "", number = "", ...rest] = line.split(" ");
      // The one that crashed began again as another.
      const expected = next.get(worker) === lines ? 0 : (next.get(worker) ?? 0);
      assert.equal(Number(number), expected, line.slice(0, 80));
      assert.equal(rest.join(" "), "früh 网 🙂 ".repeat(expected % 20));
      next.set(worker, expected + 1);
    }
    // The workers of the first generation are told to go while they print.
    const last = [...next].filter(([worker]) => worker.startsWith("2.")).sort();
    assert.deepEqual(
      last,
      [1, 2, 3].map((slot) => [`2.${slot}`, lines]),
    );
    assert.ok(readdirSync(folder()).some((name) => name.endsWith(".gz")));
  });

  it("are opened anew when they were moved away, and belong to one app", async () => {
    world.write({ "server.js": server.replace(`${lines}`, "0") });
    const start = (name: string, file: string) =>
      world.run(["start", "server.js", "--name", name, "--detach", "--workers", "1", "--log-file", file]);
    const started = await start("one", "logs/app.log");
    assertCode(started, 0);
    const [, , , , url = ""] = readyPattern.exec(started.stderr) ?? [];
    const file = join(folder(), "app.log");
    await get(`${url}/before`);
    await poll("it is written", () => readFileSync(file, "utf8").includes("/before\n"));
    if (process.platform !== "win32") {
      renameSync(file, join(folder(), "moved"));
    }
    const reopened = await world.run(["logs", "one", "--reopen"]);
    assertCode(reopened, 0);
    assert.equal(reopened.stdout, `${file}\n`);
    await get(`${url}/after`);
    await poll("it is written", () => readFileSync(file, "utf8").endsWith("/after\n"));
    assert.match((await world.run(["status", "one"])).stdout, /log: .*app\.log/);

    const second = await start("two", "logs/../logs/app.log");
    assertCode(second, 2);
    assert.match(second.stderr, /logs: .*app\.log is written by the app "one" in .*; name another file/);
    mkdirSync(join(world.folder, "folder"));
    const refused = await start("two", "folder");
    assertCode(refused, 2);
    assert.match(refused.stderr, /logs\.file: .*folder is a directory; name a regular file/);
    assertCode(await world.run(["stop", "--all"]), 0);
  });
});
