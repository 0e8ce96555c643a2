import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One file of Node's own tests. */
export interface SuiteFile {
  /** Without its ending, such as `test-http-agent`. */
  readonly name: string;
  readonly path: string;
  /** The checkout: Node's own runner runs them there. */
  readonly cwd: string;
  /** What its line `// Flags:` says. */
  readonly flags: readonly string[];
  /** What its line `// Env:` says. */
  readonly env: Readonly<Record<string, string>>;
}

/** The lines are near the head; Node's own runner reads no further either. */
const headLength = 1_500;

/** The files of `test/FOLDER` whose name fits. */
export function suiteFiles(checkout: string, folderName: string, only: RegExp): SuiteFile[] {
  const folder = join(checkout, "test", folderName);
  return readdirSync(folder)
    .filter((file) => /^test-.*\.m?js$/.test(file) && only.test(file))
    .map((file) => {
      const head = readFileSync(join(folder, file), "utf8").slice(0, headLength);
      return {
        name: file.replace(/\.m?js$/, ""),
        path: join(folder, file),
        cwd: checkout,
        flags: wordsAfter(head, "Flags"),
        env: Object.fromEntries(wordsAfter(head, "Env").map((pair) => pair.split("=", 2))),
      };
    });
}

/** Of the checkout, such as `v24.1.0`; `undefined` of one without its sources. */
export function suiteVersion(checkout: string): string | undefined {
  const header = join(checkout, "src", "node_version.h");
  if (!existsSync(header)) {
    return undefined;
  }
  const text = readFileSync(header, "utf8");
  const part = (name: string): string => new RegExp(`NODE_${name}_VERSION (\\d+)`).exec(text)?.[1] ?? "?";
  return `v${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}`;
}

function wordsAfter(head: string, title: string): string[] {
  const line = head.split("\n").find((text) => text.startsWith(`// ${title}: `)) ?? "";
  return line
    .slice(`// ${title}: `.length)
    .split(/\s+/)
    .filter((word) => word !== "");
}
