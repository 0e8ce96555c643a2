import assert from "node:assert/strict";
import { processesWithEnvironment } from "../../support/process/processes.ts";
import { openTerminal, type TerminalSize, type TestTerminal } from "../../support/process/terminal.ts";
import { assertCode, type CliWorld, cliFile, node, openCliWorld, readyPattern } from "./hitless.ts";

/** `script` of other systems takes other arguments. */
const onLinux = process.platform === "linux" ? it : it.skip;

const server = `require("node:http").createServer((_, response) => response.end("hello")).listen(0);
console.log("\\u001b]0;title\\u0007\\u001b[2J\\u001b[Hlisten\\u001b[31mning\\u001b[0m 漢字");`;

describe("hitless monit", () => {
  let world: CliWorld;
  const open: TestTerminal[] = [];

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(async () => {
    for (const terminal of open.splice(0)) {
      terminal.end();
    }
    await world.end();
  });

  const monit = (words: string, size: TerminalSize, env: NodeJS.ProcessEnv = {}): TestTerminal => {
    const command = `MONIT_OF="${world.runtime}" "${node}" "${cliFile}" monit ${words}; code=$?; stty -a; exit $code`;
    const terminal = openTerminal(command, size, { HITLESS_RUNTIME_DIR: world.runtime, ...env });
    open.push(terminal);
    return terminal;
  };
  /** The terminal is as the shell had it: lines are read whole, and echoed, and the cursor is seen. */
  const assertGivenBack = (terminal: TestTerminal): void => {
    const text = terminal.screen.join("\n");
    assert.equal(terminal.isFullScreen, false, text);
    assert.match(text, /(?<!-)\bicanon\b/);
    assert.match(text, /(?<!-)\becho\b/);
    assert.ok(
      terminal.raw.lastIndexOf("\u001b[?25h") > terminal.raw.lastIndexOf("\u001b[?25l"),
      "the cursor is hidden",
    );
    assert.ok(terminal.raw.lastIndexOf("\u001b[?7h") > terminal.raw.lastIndexOf("\u001b[?7l"), "lines don't wrap");
  };

  onLinux("shows apps and workers, acts on keys, fits its window, and gives the terminal back", async () => {
    world.write({ "server.js": server });
    const start = ["start", "server.js", "--detach", "--workers", "2"];
    assertCode(await world.run([...start, "--name", "api"]), 0);
    const shop = await world.run([...start, "--name", "shop"]);
    assertCode(shop, 0);
    const all = monit("", { columns: 80, rows: 24 });
    await all.until(/▶ api 2\/2 +running +\d+ % +\d+ MiB +0\.0/);
    await all.until(/^ {4}2 · gen 1 +ready .*^ {2}shop 2\/2/ms);
    await all.until(/^1·1 │ listenning 漢字$/m);
    assert.ok(!all.raw.includes("title"), "what a worker writes reaches the terminal");
    assert.ok(all.raw.includes("\u001b[31mning"), "the colours of the log are gone");

    all.press("r");
    await all.until(/^✔ api reloaded · generation 1 → 2 · 2 workers · .*0 dropped/m);
    all.press("\u001b[B/gen\r");
    await all.until(/log of api 1 · gen 2 · with “gen”.*\n.*no line has it/);
    all.press("\u001b\ts3\r");
    await all.until(/▶ shop 3\/3/);

    const supervisor = Number(readyPattern.exec(shop.stderr)?.[5]);
    process.kill(supervisor, "SIGKILL");
    await all.until(new RegExp(`^The supervisor of shop \\(pid ${supervisor}\\) has died\\.$`, "m"));

    const [pid = 0] = await processesWithEnvironment(`MONIT_OF=${world.runtime}`);
    all.resize({ columns: 60, rows: 15 }, pid);
    await all.until(/^↑↓ r reload g graceful R restart s scale l log \/ q quit$/m);
    assert.match(all.screen[1] ?? "", /^ {2}APP +STATE +CPU +MEMORY +REQ\/S$/);
    process.kill(pid, "SIGTERM");
    assert.equal(await all.ended, 143);
    assertGivenBack(all);

    const one = monit("api", { columns: 80, rows: 24 }, { NO_COLOR: "1" });
    await one.until(/hitless · 1 app/);
    await one.until(/^1·1 │ listenning 漢字$/m);
    const sequences = one.raw.split("\u001b[").slice(1);
    assert.deepEqual(
      sequences.filter((text) => /^[1-9]\d*m/.test(text)),
      [],
      "colours, in spite of NO_COLOR",
    );
    assertCode(await world.run(["stop", "api"]), 0);
    assert.equal(await one.ended, 0);
    assert.match(one.screen.join("\n"), /hitless the supervisor of api has gone/);
    assertGivenBack(one);
  });

  it("is refused without a terminal, and names what to use", async () => {
    const refused = await world.run(["monit"]);
    assertCode(refused, 2);
    assert.match(refused.stderr, /needs a terminal, and stdin is none\. For programs: hitless list --json/);
  });
});
