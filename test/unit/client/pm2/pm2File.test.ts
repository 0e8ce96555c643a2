import assert from "node:assert/strict";
import { join } from "node:path";
import { pm2FileNames } from "../../../../src/client/pm2/importPm2File.ts";
import { understandPm2File } from "../../../../src/client/pm2/pm2File.ts";
import { pm2Words } from "../../../../src/client/pm2/pm2Words.ts";
import { isPm2FileName } from "../../../../src/client/pm2/readPm2File.ts";
import { projectRoot } from "../../../support/paths.ts";
import { removeTempFolders, tempFolder } from "../tempFolder.ts";
import { pm2Shapes } from "./pm2Shapes.ts";

const reading = { reader: join(projectRoot, "dist", "pm2.cjs"), node: process.execPath, environment: process.env };

describe("a pm2 file", function () {
  this.timeout(60_000);
  after(removeTempFolders);

  for (const { title, file, beside, env, apps, tells = [], refused } of pm2Shapes) {
    it(refused === undefined ? `of ${title} is understood` : `of ${title} is refused with the reason`, async () => {
      const folder = tempFolder({ [file[0]]: file[1], ...beside });
      const understanding = understandPm2File(join(folder, file[0]), { folder, envName: env, ...reading });
      if (refused !== undefined) {
        await assert.rejects(understanding, { code: "badConfig", message: refused });
        return;
      }
      const understood = await understanding;
      assert.deepEqual(
        understood.apps.map(({ name }) => name),
        Object.keys(apps),
      );
      for (const { name, config, problems } of understood.apps) {
        const expected = apps[name];
        if (expected instanceof RegExp) {
          assert.equal(config, undefined, name);
          assert.match(problems.join(" · "), expected);
        } else {
          assert.deepEqual(problems, [], name);
          for (const [setting, value] of Object.entries(expected ?? {})) {
            const actual = config?.[setting as keyof typeof config];
            const part =
              setting === "nodeArgs" && Array.isArray(actual) ? actual.slice(0, (value as []).length) : actual;
            assert.deepEqual(part, value, `${name}.${setting}`);
          }
        }
      }
      const told = [
        ...understood.findings.map(({ option, verdict }) => `${option} ${verdict}`),
        ...understood.apps.flatMap((app) =>
          app.findings.map(({ option, verdict }) => `${app.name} ${option} ${verdict}`),
        ),
      ];
      assert.deepEqual(
        tells.filter((each) => !told.includes(each)),
        [],
        told.join("\n"),
      );
    });
  }

  it("says every option of every app, each once", async () => {
    const app = {
      name: "a",
      script: "a.js",
      args: "x",
      cwd: ".",
      node_args: "-r y",
      interpreter: "none",
      instances: 2,
      out_file: "x",
      invented: 1,
      exp_backoff_restart_delay: 100,
      restart_delay: 5,
    };
    const folder = tempFolder({ "a.js": "", "pm2.config.js": `module.exports = ${JSON.stringify({ apps: [app] })}` });
    const [found] = (await understandPm2File(join(folder, "pm2.config.js"), { folder, ...reading })).apps;
    const told = found?.findings.map(({ option }) => option).sort();
    const more = told?.filter((option) => option.startsWith("(")) ?? [];
    assert.deepEqual(told, [...Object.keys(app).filter((key) => key !== "name"), ...more].sort());
    assert.equal(found?.config?.restartDelay, 100);
  });

  it("has the output of each app in a file of its own, as pm2 writes it", async () => {
    const said: [options: object, logs: object | undefined, verdicts?: string][] = [
      [
        { out_file: "logs/a.log", time: true },
        { file: "logs/a.log", date: "YYYY-MM-DDTHH:mm:ss" },
      ],
      [{ log_file: "~/one.log" }, { file: "~/one.log" }, "translated"],
      [{ out_file: "one.log", err_file: "one.log" }, { file: "one.log" }, "translated translated"],
      [{ out_file: "/dev/null", error_file: "/tmp/e.log" }, { errorFile: "/tmp/e.log" }, "notNeeded translated"],
      [{ out_file: "x.log", disable_logs: true }, undefined, "notNeeded notNeeded"],
      [{ log_file: true, log_date_format: "HH" }, undefined, "notSupported notNeeded"],
      [{ out_file: "../up.log", cwd: "app" }, { file: "../up.log" }, "translated equal"],
      [{ out_file: "logs/a.log", error_file: "b.log" }, { errorFile: "b.log" }, "translated translated notSupported"],
    ];
    const apps = said.map(([options], index) => ({ name: `a${index}`, script: "a.js", ...options }));
    const folder = tempFolder({ "a.js": "", "app/a.js": "", "p.json": JSON.stringify({ apps }) });
    const found = (await understandPm2File(join(folder, "p.json"), { folder, ...reading })).apps;
    for (const [index, [options, logs, verdicts]] of said.entries()) {
      const { config, findings } = found[index] ?? assert.fail();
      assert.deepEqual(config?.logs, logs);
      const ofLogs = findings.filter(({ option }) => option in options || option.startsWith("(logs"));
      assert.equal(ofLogs.map(({ verdict }) => verdict).join(" "), verdicts ?? "translated translated");
    }
    const [twice] = found.at(-1)?.findings.filter(({ option }) => option.startsWith("(logs")) ?? [];
    assert.equal(
      twice?.text,
      "logs/a.log is written by a0; of this app hitless logs a7 shows it, or give it a file of its own",
    );
  });

  it("passes on what it sets in its process: from .env as the app's own file, else as variables", async () => {
    const text = `process.env.A = "1"; process.env.B = "2"; console.log("noise"); module.exports = { apps: [{ script: "a.js" }] };`;
    const folder = tempFolder({ "a.js": "", "p.config.js": text, ".env": "A=1\nB=2\nC=3" });
    const withFile = await understandPm2File(join(folder, "p.config.js"), { folder, ...reading });
    assert.deepEqual([withFile.variables, withFile.apps[0]?.config?.envFile], [{}, ".env"]);
    const without = tempFolder({ "a.js": "", "p.config.js": text });
    const { variables, apps } = await understandPm2File(join(without, "p.config.js"), { folder: without, ...reading });
    assert.deepEqual([variables, apps[0]?.config?.envFile], [{ A: "1", B: "2" }, undefined]);
  });

  it("is given up after its deadline, with what it printed, and none of its timers live on", async () => {
    const folder = tempFolder({ "p.config.js": `console.log("waiting"); while (true);` });
    await assert.rejects(understandPm2File(join(folder, "p.config.js"), { folder, ...reading, deadlineMs: 700 }), {
      code: "deadline",
      message: /did not say within 700 ms what is in it, and was ended/,
    });
  });

  it("can be cut to some apps, and names those that there are", async () => {
    const folder = tempFolder({ "p.json": `{ apps: [{ script: "a.js" }, { script: "b.js" }] }` });
    const only = (...names: string[]) => understandPm2File(join(folder, "p.json"), { folder, ...reading, only: names });
    assert.deepEqual(
      (await only("b")).apps.map(({ name }) => name),
      ["b"],
    );
    await assert.rejects(only("a", "c"), { code: "appNotFound", message: /has no app "c"\. It has: a, b\./ });
  });

  it("is told by its name", () => {
    const names = ["ecosystem.config.js", "a/pm2.config.cjs", "x.config.mjs", "process.json", "apps.yaml", "p.yml"];
    assert.deepEqual(names.filter(isPm2FileName), names);
    assert.deepEqual(pm2FileNames.filter(isPm2FileName), pm2FileNames);
    assert.ok(pm2FileNames.includes("ecosystem.config.ts"));
    const others = ["server.js", "ecosystem.js", "package.json", "hitless.json", "tsconfig.build.json", "config.ts"];
    assert.deepEqual(others.filter(isPm2FileName), []);
  });
});

describe("arguments as pm2 reads them", () => {
  it("end at white space that is not quoted", () => {
    const cases: [string, string[]][] = [
      ["one  two", ["one", "two"]],
      [`"a b" 'c d'`, ["a b", "c d"]],
      [`--name="a b" x`, [`--name="a b"`, "x"]],
      ["it's fine", ["it's", "fine"]],
      ["", []],
      ["  ", []],
    ];
    for (const [text, words] of cases) {
      assert.deepEqual(pm2Words(text), words, text);
    }
  });
});
