import { type ChildProcess, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import xterm from "@xterm/headless";
import { poll } from "./until.ts";

/** Milliseconds within which a screen is expected to show something. */
const deadlineMs = 30_000;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A program on a real pseudo-terminal, and what a person sees of it. */
export interface TestTerminal {
  /** The lines of the screen. */
  readonly screen: readonly string[];
  /** Whether the program has taken the whole screen over. */
  readonly isFullScreen: boolean;
  /** Everything that was written, control sequences included. */
  readonly raw: string;
  /** Code of what ended it. */
  readonly ended: Promise<number | null>;
  press(text: string): void;
  until(pattern: RegExp): Promise<void>;
  /** Changes the size, as a person does with the window. */
  resize(size: TerminalSize, pid: number): void;
  end(): void;
}

/**
 * Runs a command line of a shell on a pseudo-terminal, by `script` of util-linux, and draws what it writes.
 * @param command Of a test's own making: it goes to a shell as it is.
 */
export function openTerminal(command: string, { columns, rows }: TerminalSize, env: NodeJS.ProcessEnv): TestTerminal {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const sized = `stty rows ${rows} cols ${columns}; ${command}`;
  const child: ChildProcess = spawn("script", ["-qfec", sized, "/dev/null"], {
    env: { ...process.env, TERM: "xterm-256color", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let raw = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    raw += text;
    terminal.write(text);
  });
  const screen = () => {
    const { active } = terminal.buffer;
    return Array.from(
      { length: terminal.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true, 0, terminal.cols) ?? "",
    );
  };
  return {
    get screen() {
      return screen();
    },
    get isFullScreen() {
      return terminal.buffer.active.type === "alternate";
    },
    get raw() {
      return raw;
    },
    ended: new Promise((resolve) => {
      child.once("close", (code) => terminal.write("", () => resolve(code)));
    }),
    press: (text) => void child.stdin?.write(text),
    until: (pattern) =>
      poll(
        () => `the screen shows ${pattern}; it shows\n${screen().join("\n")}\n`,
        () => pattern.test(screen().join("\n")),
        deadlineMs,
      ),
    resize(size, pid) {
      terminal.resize(size.columns, size.rows);
      spawn("stty", ["-F", readlinkSync(`/proc/${pid}/fd/0`), "rows", `${size.rows}`, "cols", `${size.columns}`]);
    },
    end: () => void child.kill("SIGKILL"),
  };
}
