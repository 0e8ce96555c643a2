import { HitlessError } from "../../shared/errors.ts";
import type { RunCommand } from "./runCommand.ts";
import { sshFailure } from "./sshFailure.ts";
import type { Machine } from "./sshMachine.ts";
import { collectLines, seconds, spawnSsh } from "./sshSession.ts";

/** Characters of each output that are kept. */
const mostOutput = 1_048_576;

const mark = "\nHITLESS-RUN\n";

/**
 * Takes the words of a command from its stdin, a line for each and one with a dot behind them, and becomes that command,
 * with the rest of stdin for its own. `read` takes no byte behind its line. What a login shell has printed before is told
 * from its output by a mark. Fixed words, which every shell takes as they are: nothing is filled in.
 */
export const runCommandLine = [
  "exec sh -c 'set --; while IFS= read -r l; do",
  'case "$l" in .) break;; esac; w=$(printf "%b." "$l");',
  `set -- "$@" "\${w%.}"; done;`,
  `echo; echo HITLESS-RUN; exec "$@"'`,
].join(" ");

/**
 * Runs commands on a machine that needs nothing but a Unix shell, each over an ssh of its own. What is to be run goes
 * over stdin, so that no shell reads it. A command that is given up loses its output and input, which most end by.
 */
export function runOverSsh(machine: Machine): RunCommand {
  return (argv, { stdin = "", signal, deadlineMs }) =>
    new Promise((resolve, reject) => {
      const [program = ""] = argv;
      const child = spawnSsh(machine, runCommandLine);
      const { stdout, stderr } = child;
      if (child.stdin === null || stdout === null || stderr === null) {
        throw new Error("ssh was spawned without pipes");
      }
      const output = { stdout: "", stderr: "" };
      for (const [name, stream] of Object.entries({ stdout, stderr })) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output[name as keyof typeof output] = (output[name as keyof typeof output] + text).slice(-mostOutput);
        });
      }
      const said: string[] = [];
      collectLines(stderr, said);
      const settle = (done: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        child.kill();
        done();
      };
      const fail = (error: HitlessError): void => settle(() => reject(error));
      const timer = setTimeout(
        () => fail(new HitlessError("deadline", `${program} did not end within ${seconds(deadlineMs)}.`)),
        deadlineMs,
      );
      const cancel = (): void => fail(new HitlessError("cancelled", `${program} was ended.`));
      signal?.addEventListener("abort", cancel, { once: true });
      child.once("error", (cause) =>
        fail(new HitlessError("machineUnreachable", `ssh can't be run: ${cause.message}.`, { cause })),
      );
      child.once("close", (code) => {
        if (code === 255 || code === null) {
          fail(sshFailure(machine, { code, stderr: said, stdout: [] }));
        } else {
          const begin = output.stdout.indexOf(mark);
          const stdout = begin === -1 ? output.stdout : output.stdout.slice(begin + mark.length);
          settle(() => resolve({ code, ...output, stdout }));
        }
      });
      child.stdin.on("error", () => undefined);
      child.stdin.end(`${argv.map(wordLine).join("")}.\n${stdin}`);
      if (signal?.aborted === true) {
        cancel();
      }
    });
}

/** A word as `printf %b` reads it: whatever is no plain character is its bytes in octal. No word is a dot alone. */
function wordLine(word: string): string {
  const plain = /^[A-Za-z0-9_/:=@%+,-]$/;
  const bytes = [...Buffer.from(word, "utf8")];
  const text = bytes.map((byte) => {
    const character = String.fromCharCode(byte);
    return plain.test(character) ? character : `\\0${byte.toString(8).padStart(3, "0")}`;
  });
  return `${text.join("")}\n`;
}
