import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPreReload } from "../../../../src/supervisor/renewal/preReload.ts";
import { windowsProgram } from "../../../../src/supervisor/renewal/windowsProgram.ts";

describe("runPreReload", () => {
  let cwd: string;

  beforeEach(() => {
    cwd = realpathSync(mkdtempSync(join(tmpdir(), "hitless-pre-")));
  });

  afterEach(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 5 }));

  const run = (script: string, cancelled = new AbortController().signal, env: Record<string, string> = {}) =>
    runPreReload({ command: ["node", "-e", script], cwd, env, cancelled });

  it("succeeds with exit code 0, in the app's folder and with its variables", async () => {
    const script = "require('node:fs').writeFileSync('made', process.env.A)";
    assert.equal(await run(script, undefined, { A: "1" }), undefined);
  });

  it("tells why it did not, with the last lines of both streams and the first place complained about", async () => {
    mkdirSync(join(cwd, "src"));
    writeFileSync(join(cwd, "src/a.ts"), "");
    for (const [line, column] of [
      ["src/a.ts(3,5): error TS2322: Type", 5],
      ["src/a.ts:3:5 - error TS2322: Type", 5],
      [`${join(cwd, "src/a.ts")}:3:5: ERROR: Expected`, 5],
    ] as const) {
      const failure = await run(`console.log(${JSON.stringify(line)}); console.error("and more"); process.exit(2)`);
      assert.match(failure?.reason ?? "", /^preReload \(node -e .*\) ended with exit code 2\.$/);
      assert.deepEqual([...(failure?.output ?? [])].sort(), ["and more", line].sort());
      assert.deepEqual(failure?.location, { file: join(cwd, "src/a.ts"), line: 3, column });
    }
  });

  it("names a program that is not there", async () => {
    const { signal } = new AbortController();
    const failure = await runPreReload({ command: ["no-such-program"], cwd, env: {}, cancelled: signal });
    assert.match(failure?.reason ?? "", /^preReload \(no-such-program\) could not be started: .*ENOENT/);
  });

  it("ends with all it has started when it is cancelled", async () => {
    const cancelling = new AbortController();
    const script =
      "require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 1, 1000)'], { stdio: 'inherit' });";
    const running = run(`${script} setInterval(() => 1, 1000)`, cancelling.signal);
    setImmediate(() => cancelling.abort());
    // Its streams close only when the child of the child is gone as well.
    assert.equal((await running)?.reason, "Cancelled.");
  });

  it("finds programs of the app's packages", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const bin = join(cwd, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "own-tool"), "#!/usr/bin/env node\nprocess.exit(7);\n", { mode: 0o755 });
    const { signal } = new AbortController();
    const failure = await runPreReload({ command: ["own-tool"], cwd, env: {}, cancelled: signal });
    assert.match(failure?.reason ?? "", /exit code 7/);
  });
});

describe("windowsProgram", () => {
  let folder: string;

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "hitless-cmd-")));
    writeFileSync(join(folder, "tsc.cmd"), '@ECHO off\r\n"%_prog%"  "%dp0%\\..\\typescript\\bin\\tsc" %*\r\n');
    const npm = 'SET "NODE_EXE=%~dp0\\node.exe"\r\nSET "A=%~dp0\\node_modules\\npm\\bin\\npm-prefix.js"\r\n';
    writeFileSync(join(folder, "npm.cmd"), `${npm}SET "NPM_CLI_JS=%~dp0\\node_modules\\npm\\bin\\npm-cli.js"\r\n`);
    writeFileSync(join(folder, "own.exe"), "");
  });

  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  it("runs the script that npm's file names with Node.js, and a program as it is", () => {
    const of = (...command: string[]) => windowsProgram(command, [join(folder, "none"), folder], "node.exe");
    assert.deepEqual(of("tsc", "-p", "."), ["node.exe", join(folder, "..", "typescript", "bin", "tsc"), "-p", "."]);
    assert.deepEqual(of("npm", "run"), ["node.exe", join(folder, "node_modules/npm/bin/npm-cli.js"), "run"]);
    assert.deepEqual(of("own"), [join(folder, "own.exe")]);
    assert.deepEqual(of("gone", "x"), ["gone", "x"]);
    assert.deepEqual(of("C:\\tools\\a.exe"), ["C:\\tools\\a.exe"]);
  });
});
