/** The last lines a worker wrote to stderr, for reports: at most `mostLines`, each cut at `longestLine` characters. */
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
      return lines.slice(-mostLines).map((line) => line.slice(0, longestLine));
    },
  };
}
