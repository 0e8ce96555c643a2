import { shellWords } from "./shellWords.ts";

/** What `scripts.start` would run, taken apart. */
export interface StartScript {
  /** As written: relative, perhaps without its extension. */
  readonly file: string;
  readonly nodeArgs: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Options of Node.js whose value is the next word: https://nodejs.org/api/cli.html */
const takesValue = new Set([
  "-r",
  "--require",
  "--import",
  "--loader",
  "--experimental-loader",
  "-C",
  "--conditions",
  "--env-file",
  "--env-file-if-exists",
  "--icu-data-dir",
  "--openssl-config",
  "--title",
]);

/** Options with which Node.js runs no file, or another than the one that follows. */
const runsNoFile =
  /^(?:-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|-v|--version|-h|--help|--test|--run)(?:=|$)/;

/**
 * Takes a script of the form `[cross-env] [KEY=VALUE…] node [flags] file [args]` apart (`tsx` for `node` is understood
 * too); `undefined` for any other.
 */
export function parseStartScript(script: string): StartScript | undefined {
  const words = shellWords(script);
  if (words === undefined) {
    return undefined;
  }
  if (/^cross-env(?:-shell)?$/.test(words[0] ?? "")) {
    words.shift();
  }
  const env: Record<string, string> = {};
  for (let match = assignment(words[0]); match !== undefined; match = assignment(words[0])) {
    env[match.name] = match.value;
    words.shift();
  }
  const program = words.shift();
  if (program !== "node" && program !== "node.exe" && program !== "tsx") {
    return undefined;
  }
  const nodeArgs: string[] = program === "tsx" ? ["--import", "tsx"] : [];
  if (program === "tsx" && words[0] === "watch") {
    words.shift();
  }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith("-") || word === "-") {
      return word === "-" ? undefined : { file: word, nodeArgs, args: words, env };
    }
    if (word === "--") {
      const file = words.shift();
      return file === undefined ? undefined : { file, nodeArgs, args: words, env };
    }
    if (runsNoFile.test(word)) {
      return undefined;
    }
    const value = takesValue.has(word) ? words.shift() : undefined;
    // Watching is for a program that runs alone: under a supervisor it would restart behind its back.
    if (!word.startsWith("--watch")) {
      nodeArgs.push(word, ...(value === undefined ? [] : [value]));
    } else if (word === "--watch-path") {
      words.shift();
    }
  }
  return undefined;
}

function assignment(word: string | undefined): { name: string; value: string } | undefined {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word ?? "");
  return match === null ? undefined : { name: match[1] ?? "", value: match[2] ?? "" };
}
