import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { poll } from "../../support/process/until.ts";
import { assertCode, type CliWorld, openCliWorld, readyPattern } from "./hitless.ts";

/** Lines of one worker, and how long the long ones among them are. */
const lines = 40_000;
const longLine = 300_000;

/** Writes some 10 MB as fast as it can, in pieces that end anywhere, then listens. */
const loud = `
const worker = process.env.HITLESS_WORKER;
let text = "";
for (let line = 0; line < ${lines}; line += 1) {
  const pad = line % 10_000 === 7 ? "网".repeat(${longLine / 3}) : "früh 网 🙂 ".repeat(line % 20);
  text += JSON.stringify({ worker, line, pad }) + "\\n";
}
const bytes = Buffer.from(text);
const write = (from) => {
  if (from >= bytes.length) {
    process.stdout.write("end of " + worker, done);
    return;
  }
  process.stdout.write(bytes.subarray(from, from + 9_973), () => write(from + 9_973));
};
`;

const loudServer = `${loud}
const done = () => require("node:http").createServer().listen(0);
write(0);
`;

/** The same, once it is asked. */
const loudWhenAsked = `${loud}
let done;
console.log("hello");
require("node:http").createServer((request, response) => {
  done = () => response.end();
  write(0);
}).listen(0);
`;

interface Line {
  readonly worker: string;
  readonly line: number;
}

/** Every line is there once, whole, and in the order its worker wrote it. */
function assertComplete(output: string, workers: number): void {
  const all = output.split("\n");
  const json = all.filter((line) => line.startsWith("{")).map((line): Line => JSON.parse(line));
  for (let worker = 1; worker <= workers; worker += 1) {
    const own = json.filter((line) => line.worker === String(worker)).map(({ line }) => line);
    assert.equal(own.length, lines, `worker ${worker}`);
    assert.ok(own.every((line, index) => line === index));
  }
  const others = all.filter((line) => !line.startsWith("{") && line !== "").sort();
  assert.deepEqual(
    others,
    Array.from({ length: workers }, (_, index) => `end of ${index + 1}`),
  );
}

describe("the output of hitless start", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  it("goes into a file as whole lines of two workers, and nothing is lost of 20 MB", async () => {
    world.write({ "server.js": loudServer });
    const file = join(world.folder, "output.log");
    const stdout = openSync(file, "w");
    const run = world.start(["start", "server.js", "--name", "api"], { stdout });
    closeSync(stdout);
    await run.until("stderr", readyPattern);
    assertCode(await world.run(["stop", "api"]), 0);
    const { stderr } = await run.ended;
    assert.doesNotMatch(stderr, /skipped/);
    assertComplete(readFileSync(file, "utf8"), 2);
  });

  it("waits for a reader that stalls, without making the app wait", async () => {
    world.write({ "server.js": loudServer });
    const run = world.start(["start", "server.js", "--name", "api"]);
    run.child.stdout?.pause();
    await run.until("stderr", readyPattern);
    run.child.stdout?.resume();
    assertCode(await world.run(["stop", "api"]), 0);
    const { stdout, stderr } = await run.ended;
    assert.doesNotMatch(stderr, /skipped/);
    assertComplete(stdout, 2);
  });

  it("can be followed into a file from elsewhere, in whole lines and without a loss", async () => {
    world.write({ "server.js": loudWhenAsked });
    const started = await world.run(["start", "server.js", "--name", "api", "--detach", "--workers", "1"]);
    const [, , , , url = ""] = readyPattern.exec(started.stderr) ?? [];
    const file = join(world.folder, "output.log");
    const stdout = openSync(file, "w");
    const run = world.start(["logs", "api", "--follow"], { stdout });
    closeSync(stdout);
    await poll("it is followed", () => readFileSync(file, "utf8") === "hello\n", 90_000);
    await (await fetch(url)).text();
    assertCode(await world.run(["stop", "api"]), 0);
    const { stderr } = await run.ended;
    assert.doesNotMatch(stderr, /skipped/);
    assertComplete(readFileSync(file, "utf8").replace(/^hello\n/, ""), 1);
  });

  it("is printed in whole lines by hitless logs, however long and whoever writes in between", async () => {
    const text = `${"x".repeat(400_000)} end`;
    world.write({
      "server.js": `
        const { createServer } = require("node:http");
        createServer((request, response) => {
          process.stdout.write("${"x".repeat(10)}".repeat(40_000), () => {
            console.error("from stderr");
            console.log(" end");
            response.end();
          });
        }).listen(0);`,
    });
    const started = await world.run(["start", "server.js", "--name", "api", "--detach", "--workers", "1"]);
    const [, , , , url = ""] = readyPattern.exec(started.stderr) ?? [];
    await (await fetch(url)).text();
    // Which of two pipes is read first is the system's choice.
    const two = await world.run(["logs", "api", "--lines", "2"]);
    assert.deepEqual(two.stdout.split("\n").sort(), ["", "from stderr", text].sort());
    assertCode(await world.run(["stop", "api"]), 0);
  });
});
