import assert from "node:assert/strict";
import { parseCommand } from "../../../src/cli/arguments/parseCommand.ts";
import { configOfFlags, startFlags } from "../../../src/cli/arguments/startFlags.ts";
import { startCommand } from "../../../src/cli/commands/start.ts";
import { appConfigSchema } from "../../../src/shared/appConfig.ts";

const configOf = (...words: string[]) => configOfFlags(parseCommand(startCommand.spec, words));

describe("configOfFlags", () => {
  it("sets nothing by itself", () => {
    assert.deepEqual(configOf("server.js", "--detach", "--json"), {});
  });

  it("makes a configuration of every flag", () => {
    const words =
      "--name api --workers 4 --cwd web --env A=1 --env B=x=y --env C= --env-file .env --node ./node --node-arg -r --node-arg x.cjs --wait-ready --ready-url http://localhost:1/ --ready-timeout 5 --drain-timeout 0 --kill-timeout 7 --surge 50% --min-ready 8 --canary --no-handoff --stream-grace 9 --drain-spread 10 --max-restarts 3 --restart-delay 11 --unresponsive-after 0 --replace-unresponsive --max-memory 512 --scheduling shared --health-port 0.0.0.0:9100 --shutdown-delay 12";
    assert.deepEqual(configOf(...words.split(" "), "--", "--port", "80"), {
      name: "api",
      workers: 4,
      cwd: "web",
      env: { A: "1", B: "x=y", C: "" },
      envFile: ".env",
      node: "./node",
      nodeArgs: ["-r", "x.cjs"],
      waitReady: true,
      readyUrl: "http://localhost:1/",
      readyTimeout: 5,
      drainTimeout: 0,
      killTimeout: 7,
      surge: "50%",
      minReady: 8,
      canary: true,
      handoff: false,
      streamGrace: 9,
      drainSpread: 10,
      maxRestarts: 3,
      restartDelay: 11,
      unresponsiveAfter: 0,
      replaceUnresponsive: true,
      maxMemory: 512,
      scheduling: "shared",
      health: "0.0.0.0:9100",
      shutdownDelay: 12,
      args: ["--port", "80"],
    });
    assert.deepEqual(configOf("--workers", "max", "--surge", "2"), { workers: "max", surge: 2 });
    const logs = ["--log-file", "a.log", "--log-max-size", "10M", "--log-max-files", "3", "--log-compress"];
    assert.deepEqual(configOf(...logs, "--log-date", "true"), {
      logs: { file: "a.log", maxSize: "10M", maxFiles: 3, compress: true, date: true },
    });
    assert.deepEqual(configOf("--log-date", "HH:mm"), { logs: { date: "HH:mm" } });
  });

  it("leaves no setting without a flag", () => {
    const elsewhere = ["entry", "args", "autoStart"];
    const known = new Set(startFlags.map(({ name }) => name));
    for (const key of Object.keys(appConfigSchema.entries).filter((key) => !elsewhere.includes(key))) {
      const flag = key
        .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
        .replace(/^node-args$/, "node-arg")
        .replace(/^logs$/, "log-file")
        .replace(/^health$/, "health-port");
      assert.ok(known.has(flag) || known.has(`no-${flag}`), key);
    }
  });

  it("names the value of every flag that takes one", () => {
    for (const { name, value } of startFlags) {
      assert.notEqual(value, "", name);
    }
  });

  it("names the flag, the rule and what was written", () => {
    const cases: [words: string[], message: RegExp][] = [
      [["--workers", "0"], /--workers must be "max" or a whole number from 1 to 1024, not "0"/],
      [["--workers", "many"], /--workers must be "max" or a whole number/],
      [["--workers", "1.5"], /--workers must be "max" or a whole number/],
      [["--log-max-size", "10"], /--log-max-size must be a size from "10K", such as "500K", "10M" or "1G", not "10"/],
      [["--log-max-files", "0"], /--log-max-files must be at least 1, not "0"/],
      [["--surge", "0%"], /--surge must be a whole number from 1 or a percentage/],
      [["--ready-timeout", "soon"], /--ready-timeout must be a number of milliseconds, not "soon"/],
      [["--ready-timeout", "0"], /--ready-timeout must be at least 1/],
      [["--ready-url", "localhost:3000"], /--ready-url must be an http/],
      [["--min-ready", "-1"], /--min-ready needs a value; write --min-ready=MS/],
      [["--min-ready=-1"], /--min-ready must be at least 0/],
      [["--max-memory", "512M"], /--max-memory must be a number of mebibytes, not "512M"/],
      [["--max-memory", "8"], /--max-memory must be at least 16 \(mebibytes\)/],
      [["--max-restarts", "5000"], /--max-restarts must be at most 1000, not "5000"/],
      [["--scheduling", "fair"], /--scheduling must be "roundRobin" or "shared", not "fair"/],
      [["--env", "PORT"], /--env must be K=V, as in --env PORT=3000, not "PORT"/],
      [["--env", "=1"], /--env must be K=V/],
      [["--name="], /--name must not be empty/],
      [["--name", "a/b\nc"], /--name may hold/],
    ];
    for (const [words, message] of cases) {
      assert.throws(() => configOf(...words), { code: "usage", message }, words.join(" "));
    }
  });
});
