import { stripVTControlCharacters } from "node:util";
import { harmless } from "../../shared/text/escapeFilter.ts";

/**
 * The last lines a worker wrote to stderr, for reports, as plain text: at most `mostLines`, each cut at `longestLine`
 * characters.
 */
const mostLines = 20;
const longestLine = 500;
const mostCharacters = mostLines * longestLine;

export interface StderrTail {
  push(text: string): void;
  lines(): string[];
}

export function createStderrTail(): StderrTail {
  let tail = "";
  return {
    push(text) {
      tail = (tail + text.slice(-mostCharacters)).slice(-mostCharacters);
    },
    lines() {
      const lines = tail.split(/\r?\n/);
      if (lines.at(-1) === "") {
        lines.pop();
      }
      // Colours too are of terminals only, and Node.js writes them into its stacks.
      return lines.slice(-mostLines).map((line) => stripVTControlCharacters(harmless(line)).slice(0, longestLine));
    },
  };
}
