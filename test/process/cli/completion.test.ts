import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { pythonNames } from "../../support/process/notifySocket.ts";
import { findProgram } from "../../support/programs.ts";
import { assertCode, type CliWorld, cliFile, node, openCliWorld, plainServer } from "./hitless.ts";

const deadlineMs = 30_000;

/** How each shell is started without the person's own files, and told to complete. */
const shells: readonly { readonly words: readonly [string, ...string[]]; readonly setUp: readonly string[] }[] = [
  { words: ["bash", "--norc", "--noprofile", "-i"], setUp: ["source <(hitless completion bash)"] },
  {
    words: ["zsh", "-f", "-i"],
    setUp: ["bindkey -e; autoload -U compinit; compinit -u -D", "source <(hitless completion zsh)"],
  },
  { words: ["fish", "--no-config", "-i"], setUp: ["hitless completion fish | source"] },
];

/** What is typed before Tab, and the words of which the line consists then. */
const lines: readonly (readonly [string, readonly string[]])[] = [
  ["fleet ch", ["fleet", "check"]],
  ["start --scheduling=sh", ["start", "--scheduling=shared"]],
  ["status my", ["status", "my api"]],
  ['status "my', ["status", "my api"]],
  ["reload @me", ["reload", "@me/web"]],
  ["reload my\\ api --worker ", ["reload", "my api", "--worker", "1"]],
  ["start a\\ f", ["start", "a file.js"]],
];

describe("completion of hitless", () => {
  let world: CliWorld;
  let env: NodeJS.ProcessEnv;
  const python = findProgram(pythonNames);

  before(async function () {
    if (process.platform === "win32" || python === null) {
      this.skip();
    }
    world = openCliWorld();
    world.write({
      "server.js": plainServer,
      "a file.js": plainServer,
      "bin/words": `#!${node}\nconsole.log(JSON.stringify(process.argv.slice(2)));\n`,
      "bin/hitless": `#!/bin/sh\nexec '${node}' '${cliFile}' "$@"\n`,
    });
    for (const name of ["hitless", "words"]) {
      chmodSync(join(world.folder, "bin", name), 0o755);
    }
    env = {
      ...process.env,
      PATH: [join(world.folder, "bin"), process.env.PATH].join(delimiter),
      HITLESS_RUNTIME_DIR: world.runtime,
      HOME: world.folder,
      XDG_DATA_HOME: world.folder,
      TERM: "xterm",
    };
    for (const name of ["my api", "@me/web"]) {
      assertCode(await world.run(["start", "server.js", "--name", name, "--workers=1", "--detach"]), 0);
    }
  });

  after(() => world?.end());

  for (const { words, setUp } of shells) {
    const [shell] = words;
    it(`goes on with what is typed in ${shell}${findProgram([shell]) === null ? `: ${shell} is not installed` : ""}`, async function () {
      if (python === null || findProgram([shell]) === null) {
        this.skip();
      }
      const terminal = openTerminal(python, words, { cwd: world.folder, env });
      try {
        for (const line of [...setUp, "echo rea''dy"]) {
          terminal.type(`${line}\r`);
        }
        await terminal.until("\nready");
        for (const [typed, whole] of lines) {
          // Back to the begin of the line, which becomes that of another command.
          terminal.type(`hitless ${typed}\t\x01words \r`);
          await terminal.until(JSON.stringify(["hitless", ...whole]));
        }
      } finally {
        await terminal.close();
      }
    });
  }
});

interface Terminal {
  type(text: string): void;
  /** Resolves once the text is in what was shown since the last call. */
  until(text: string): Promise<void>;
  close(): Promise<void>;
}

function openTerminal(
  python: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Terminal {
  const program = "import pty, sys; pty.spawn(sys.argv[1:])";
  const child: ChildProcess = spawn(python, ["-c", program, ...words], {
    ...options,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let shown = "";
  let check = (): void => undefined;
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    check();
  });
  return {
    type: (text) => child.stdin?.write(text),
    until: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${words[0]} did not show ${JSON.stringify(text)}, but ${JSON.stringify(shown)}`)),
          deadlineMs,
        );
        check = () => {
          if (stripVTControlCharacters(shown).replaceAll("\r", "").includes(text)) {
            clearTimeout(timer);
            check = () => undefined;
            shown = "";
            resolve();
          }
        };
        check();
      }),
    async close() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
