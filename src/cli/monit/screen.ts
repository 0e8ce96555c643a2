import { writeSync } from "node:fs";
import { emitKeypressEvents } from "node:readline";
import {
  cursorHide,
  cursorShow,
  cursorTo,
  enterAlternativeScreen,
  eraseEndLine,
  exitAlternativeScreen,
} from "ansi-escapes";
import type { Disposable } from "../../shared/basics/disposable.ts";

/** A key as it was pressed: `name` as Node.js calls it (`up`, `pageup`, `return`), `text` what it writes. */
export interface Key {
  readonly name: string;
  readonly text: string;
  readonly ctrl: boolean;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ScreenOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly onDidPress: (key: Key) => void;
  /** The size has changed, or what is on the screen is not known any more. */
  readonly onDidResize: () => void;
}

/** The whole terminal, until it is disposed. */
export interface Screen extends Disposable {
  readonly size: ScreenSize;
  /** Draws the lines that differ from those that are there; each must fit into the width. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back to the shell until somebody continues this process (`fg`). */
  suspend(): void;
}

/** Long lines are cut off by the terminal rather than wrapped, should it take a character for wider than it was thought. */
const noWrap = "\u001b[?7l";
const wrap = "\u001b[?7h";
const resetStyle = "\u001b[0m";

/** Takes the terminal over. It is given back by `dispose`, when an error ends the process, and however else it exits. */
export function openScreen({ input, output, onDidPress, onDidResize }: ScreenOptions): Screen {
  let shown: string[] = [];
  let isOpen = false;
  const enter = () => {
    isOpen = true;
    shown = [];
    input.setRawMode(true);
    input.resume();
    output.write(enterAlternativeScreen + cursorHide + noWrap);
  };
  const leave = () => {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    try {
      input.setRawMode(false);
      // At once, since the process may be about to end.
      writeSync(1, resetStyle + wrap + cursorShow + exitAlternativeScreen);
    } catch {
      // The terminal has gone, and there is nothing to be given back.
    }
  };
  const press = (text: string | undefined, { name = "", ctrl = false }: { name?: string; ctrl?: boolean } = {}) =>
    onDidPress({ name, ctrl, text: text ?? "" });
  const resize = () => {
    shown = [];
    onDidResize();
  };
  const resume = () => {
    enter();
    onDidResize();
  };
  emitKeypressEvents(input);
  input.on("keypress", press);
  output.on("resize", resize);
  process.on("SIGCONT", resume);
  process.on("exit", leave);
  process.on("uncaughtExceptionMonitor", leave);
  enter();
  return {
    get size() {
      // Some pseudo-terminals report 0.
      return { columns: output.columns || 80, rows: output.rows || 24 };
    },
    draw(lines) {
      if (!isOpen) {
        return;
      }
      const changes = lines.flatMap((line, row) =>
        line === shown[row] ? [] : [cursorTo(0, row) + line + resetStyle + eraseEndLine],
      );
      shown = [...lines];
      if (changes.length > 0) {
        output.write(changes.join(""));
      }
    },
    suspend() {
      if (process.platform !== "win32") {
        leave();
        process.kill(process.pid, "SIGTSTP");
      }
    },
    dispose() {
      leave();
      input.off("keypress", press);
      output.off("resize", resize);
      process.off("SIGCONT", resume);
      process.off("exit", leave);
      process.off("uncaughtExceptionMonitor", leave);
      input.pause();
    },
  };
}
