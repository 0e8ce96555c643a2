import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One file of Node's own tests. */
export interface SuiteFile {
  /** Without its ending, such as `test-http-agent`. */
  readonly name: string;
  readonly path: string;
  /** What its line `// Flags:` says. */
  readonly flags: readonly string[];
  /** What its line `// Env:` says. */
  readonly env: Readonly<Record<string, string>>;
}

/** The lines are near the head; Node's own runner reads no further either. */
const headLength = 1_500;

/** The files of `test/parallel` whose name fits. */
export function suiteFiles(checkout: string, only: RegExp): readonly SuiteFile[] {
  const folder = join(checkout, "test", "parallel");
  return readdirSync(folder)
    .filter((file) => /^test-.*\.m?js$/.test(file) && only.test(file))
    .map((file) => {
      const head = readFileSync(join(folder, file), "utf8").slice(0, headLength);
      return {
        name: file.replace(/\.m?js$/, ""),
        path: join(folder, file),
        flags: wordsAfter(head, "Flags"),
        env: Object.fromEntries(wordsAfter(head, "Env").map((pair) => pair.split("=", 2))),
      };
    });
}

function wordsAfter(head: string, title: string): string[] {
  const line = head.split("\n").find((text) => text.startsWith(`// ${title}: `)) ?? "";
  return line
    .slice(`// ${title}: `.length)
    .split(/\s+/)
    .filter((word) => word !== "");
}
