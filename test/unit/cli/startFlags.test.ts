import assert from "node:assert/strict";
import { startCommand } from "../../../src/cli/commands/start.ts";
import { parseCommand } from "../../../src/cli/parseCommand.ts";
import { configOfFlags } from "../../../src/cli/startFlags.ts";

const configOf = (...words: string[]) => configOfFlags(parseCommand(startCommand.spec, words));

describe("configOfFlags", () => {
  it("sets nothing by itself", () => {
    assert.deepEqual(configOf("server.js", "--detach", "--json"), {});
  });

  it("makes a configuration of every flag", () => {
    const words =
      "--name api --workers 4 --cwd web --env A=1 --env B=x=y --env C= --env-file .env --node ./node --node-arg -r --node-arg x.cjs --wait-ready --ready-url http://localhost:1/ --ready-timeout 5 --drain-timeout 0 --kill-timeout 7 --surge 50%";
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
      args: ["--port", "80"],
    });
    assert.deepEqual(configOf("--workers", "max", "--surge", "2"), { workers: "max", surge: 2 });
  });

  it("names the flag, the rule and what was written", () => {
    const cases: [words: string[], message: RegExp][] = [
      [["--workers", "0"], /--workers must be "max" or a whole number from 1 to 1024, not "0"/],
      [["--workers", "many"], /--workers must be "max" or a whole number/],
      [["--workers", "1.5"], /--workers must be "max" or a whole number/],
      [["--surge", "0%"], /--surge must be a whole number from 1 or a percentage/],
      [["--ready-timeout", "soon"], /--ready-timeout must be a number of milliseconds, not "soon"/],
      [["--ready-timeout", "0"], /--ready-timeout must be at least 1/],
      [["--ready-url", "localhost:3000"], /--ready-url must be an http/],
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
