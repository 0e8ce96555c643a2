import { stripVTControlCharacters } from "node:util";
import { harmless } from "../../shared/text/escapeFilter.ts";

/**
 * The last lines a worker wrote to stderr, for reports, as plain text: at most `mostLines`, each cut at `longestLine`
 * characters, without the native stack that Node.js prints when it aborts: on Windows it has 40 lines, and what was
 * wrong stands above it.
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
      const told = lines.filter((line) => !isNativeFrame(line));
      // Colours too are of terminals only, and Node.js writes them into its stacks.
      return told.slice(-mostLines).map((line) => stripVTControlCharacters(harmless(line)).slice(0, longestLine));
    },
  };
}

/** Such as ` 1: 0xc5a6d0 node::Abort() [node]`, on Windows `23: 0000000140E65FCD v8::base::CPU::num_virtual_address_bits`. */
function isNativeFrame(line: string): boolean {
  return /^ {0,2}\d{1,3}: (?:0x[\da-f]+|[\dA-F]{16})(?: |$)/.test(line);
}
