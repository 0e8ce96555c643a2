import assert from "node:assert/strict";
import { appConfigSchema, appDefaults, parseAppConfig, surgeCount } from "../../../src/shared/appConfig.ts";
import { HitlessError } from "../../../src/shared/errors.ts";

function complaint(input: unknown): HitlessError {
  try {
    parseAppConfig(input, "hitless.apps[0]");
  } catch (error) {
    assert(error instanceof HitlessError);
    return error;
  }
  assert.fail(`${JSON.stringify(input)} was accepted`);
}

describe("parseAppConfig", () => {
  const bad: Record<string, readonly [value: unknown, fix: RegExp][]> = {
    name: [
      [1, /must be a string/],
      ["../etc", /may hold letters, digits/],
      ["a\nb", /may hold letters, digits/],
      ["a".repeat(101), /at most 100/],
    ],
    entry: [
      ["", /give the file to run/],
      [1, /must be a string/],
    ],
    workers: [
      [0, /"max" or a whole number from 1 to 1024/],
      [1.5, /"max" or a whole number from 1 to 1024/],
      [1025, /"max" or a whole number from 1 to 1024/],
      ["two", /"max" or a whole number from 1 to 1024/],
    ],
    args: [["--port 1", /must be an array of strings/]],
    env: [["A=1", /must be an object of strings/]],
    envFile: [["", /give a file/]],
    instanceVariable: [["A B", /name of a variable/]],
    cwd: [["", /give a folder/]],
    node: [["", /give the path of a Node\.js program/]],
    nodeArgs: [[true, /must be an array of strings/]],
    waitReady: [["yes", /must be true or false/]],
    readyUrl: [
      ["localhost:3000", /must be an http:\/\/ or https:\/\/ address/],
      ["ftp://localhost", /must be an http:\/\/ or https:\/\/ address/],
      ["http://", /must be an http:\/\/ or https:\/\/ address/],
    ],
    warmup: [
      ["/", /must be an array of strings/],
      [["health"], /must be a path that begins with \/, or an http:\/\/ or https:\/\/ address/],
      [["/a b"], /must be a path/],
      [Array(21).fill("/"), /must have at most 20 entries/],
    ],
    readyTimeout: [
      [0, /must be at least 1 \(milliseconds\)/],
      ["30s", /must be a number of milliseconds/],
      [1.5, /must be a whole number of milliseconds/],
      [2 ** 31, /must be at most 2147483647/],
    ],
    drainTimeout: [[-1, /must be at least 0/]],
    killTimeout: [[-1, /must be at least 0/]],
    surge: [
      [0, /from 1 or a percentage/],
      ["0%", /from 1 or a percentage/],
      ["101%", /from 1 or a percentage/],
      ["50 %", /from 1 or a percentage/],
      [true, /from 1 or a percentage/],
    ],
    handoff: [[1, /must be true or false/]],
    shareTickets: [["no", /must be true or false/]],
    streamGrace: [[-1, /must be at least 0/]],
    drainSpread: [[-1, /must be at least 0/]],
    minReady: [[-1, /must be at least 0/]],
    canary: [["5%", /must be true or false/]],
    unresponsiveAfter: [[-1, /must be at least 0/]],
    replaceUnresponsive: [[1, /must be true or false/]],
    maxMemory: [
      [15, /must be at least 16/],
      ["1G", /must be a number of mebibytes/],
    ],
    scheduling: [["random", /must be "roundRobin" or "shared"/]],
    maxWaiting: [
      [0, /must be at least 1/],
      [1e9, /must be at most 1000000/],
    ],
    maxRestarts: [
      [-1, /must be at least 0/],
      [1.5, /must be a whole number/],
    ],
    restartDelay: [
      [-1, /must be at least 0 \(milliseconds\)/],
      ["5s", /must be a number of milliseconds/],
    ],
    health: [
      [65_536, /must be a port from 0 to 65535 or "host:port"/],
      ["9100/ready", /must be a port from 0 to 65535 or "host:port"/],
      [true, /must be a port from 0 to 65535 or "host:port"/],
    ],
    logs: [
      ["app.log", /must be an object of file, errorFile, maxSize, maxFiles, compress and date/],
      [{}, /must name a file; give file, errorFile or both/],
      [{ file: "" }, /must not be empty; give a file/],
      [{ file: "a", maxSize: "9K" }, /must be a size from "10K"/],
      [{ file: "a", maxSize: 10 }, /must be a size from "10K"/],
      [{ file: "a", maxFiles: 3 }, /nothing is put aside without maxSize/],
      [{ file: "a", compress: true }, /nothing is put aside without maxSize/],
      [{ file: "a", maxSize: "1M", maxFiles: 0 }, /must be at least 1/],
      [{ file: "a", date: "" }, /must be true, false or a pattern/],
      [{ file: "a", name: "b" }, /is not a known setting; remove it/],
    ],
    shutdownDelay: [[-1, /must be at least 0/]],
    preReload: [
      ["", /must be an array of strings, or the name of a task/],
      [["npm", 1], /must be an array of strings, or/],
    ],
    watch: [
      ["yes", /must be true, false or an object of include, exclude and debounce/],
      [{ include: [] }, /must not be empty; leave it out/],
      [{ exclude: ["a", ""] }, /must not be empty; give a pattern/],
      [{ debounce: 5 }, /must be at least 20 \(milliseconds\)/],
      [{ debounce: 100.5 }, /must be a whole number of milliseconds/],
      [{ debounce: 1e6 }, /must be at most 60000/],
      [{ ignore: ["a"] }, /an object of include, exclude and debounce/],
    ],
    schedule: [
      ["daily", /must be a cron pattern of five fields, or six with seconds first, such as "0 4 \* \* \*"/],
      ["0 4 * *", /must be a cron pattern/],
    ],
    server: [["no", /must be true or false/]],
    renewal: [["stop", /must be "startFirst" or "stopFirst"/]],
    stopSignal: [["SIGKILL", /must be "SIGTERM" or "SIGINT" or "SIGQUIT" or "SIGHUP" or "SIGUSR2"/]],
    minUptime: [[-1, /must be at least 0 \(milliseconds\)/]],
    autorestart: [[0, /must be true or false/]],
    autoStart: [["no", /must be true or false/]],
  };

  it("says of every setting what is wrong with it and how it should be", () => {
    assert.deepEqual(Object.keys(bad).sort(), Object.keys(appConfigSchema.entries).sort());
    for (const [field, cases] of Object.entries(bad)) {
      for (const [value, fix] of cases) {
        const { code, message, remedy } = complaint({ [field]: value });
        assert.deepEqual([code, remedy], ["badConfig", "openSettings"]);
        assert.match(message, new RegExp(`^hitless\\.apps\\[0\\]\\.${field}(?:[.[][^ ]+)?: `));
        assert.match(message, fix);
        assert.equal(message.split("\n").length, 1, message);
      }
    }
  });

  it("names the place inside an array or object", () => {
    assert.match(complaint({ args: ["a", 1] }).message, /^hitless\.apps\[0\]\.args\[1\]: must be a string$/);
    assert.match(complaint({ env: { PORT: 3000 } }).message, /^hitless\.apps\[0\]\.env\.PORT: must be a string$/);
  });

  it("names every wrong field at once", () => {
    const lines = complaint({ workers: 0, entry: "", workres: 2 }).message.split("\n");
    assert.equal(lines.length, 3);
    assert(lines.some((line) => line === "hitless.apps[0].workres: is not a known setting; remove it"));
  });

  it("refuses what is no object", () => {
    for (const input of [null, "app.js", 3, undefined]) {
      assert.match(complaint(input).message, /^hitless\.apps\[0\]: must be an object$/);
    }
  });

  it("accepts an empty app and a complete one", () => {
    assert.deepEqual(parseAppConfig({}, "x"), {});
    const whole = {
      ...appDefaults,
      name: "shop/api v2.0",
      entry: "dist/main.js",
      workers: "max",
      args: ["--x"],
      env: { A: "1" },
      surge: "50%",
      readyUrl: "http://localhost:3000/health",
    } as const;
    assert.deepEqual(parseAppConfig(whole, "x"), whole);
  });

  it("asks for a name where it is empty", () => {
    assert.match(complaint({ name: "" }).message, /^hitless\.apps\[0\]\.name: must not be empty; give a name$/m);
  });

  it("takes names in any script", () => {
    assert.equal(parseAppConfig({ name: "网关 1" }, "x").name, "网关 1");
  });
});

describe("surgeCount", () => {
  it("rounds a percentage up and stays between 1 and the number of workers", () => {
    const table: readonly [surge: number | string, workers: number, count: number][] = [
      ["100%", 4, 4],
      ["50%", 4, 2],
      ["50%", 5, 3],
      ["1%", 4, 1],
      ["1%", 101, 2],
      ["99%", 1, 1],
      [1, 8, 1],
      [3, 8, 3],
      [9, 8, 8],
      [1, 1, 1],
    ];
    for (const [surge, workers, count] of table) {
      assert.equal(surgeCount(surge, workers), count, `${surge} of ${workers}`);
    }
  });
});
