/**
 * Options of Node.js 20 to 26 whose value may be the next word. An option of V8 never is one: its value follows `=`.
 * https://nodejs.org/api/cli.html
 */
const valueOptions = new Set(
  `allow-fs-read allow-fs-write build-snapshot-config conditions cpu-prof-dir cpu-prof-interval cpu-prof-name
  diagnostic-dir disable-proto disable-warning dns-result-order env-file env-file-if-exists es-module-specifier-resolution
  eval experimental-config-file experimental-default-type experimental-loader experimental-package-map
  experimental-policy experimental-sea-config experimental-specifier-resolution heap-prof-dir heap-prof-interval
  heap-prof-name heapsnapshot-near-heap-limit heapsnapshot-signal icu-data-dir import input-type inspect-port
  inspect-publish-uid loader localstorage-file max-http-header-size max-old-space-size-percentage
  network-family-autoselection-attempt-timeout openssl-config policy-integrity redirect-warnings report-dir
  report-directory report-filename report-signal require run secure-heap secure-heap-min security-revert snapshot-blob
  stack-trace-limit title tls-cipher-list tls-keylog trace-event-categories trace-event-file-pattern
  trace-require-module unhandled-rejections use-largepages v8-pool-size watch-kill-signal watch-path`
    .split(/\s+/)
    .map((name) => `--${name}`),
)
  .add("-r")
  .add("-C");

/** Options with which Node.js runs no file, or something else than a file. */
const runsNoFile =
  /^(?:-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|-v|--version|-h|--help|--test|--v8-options|--prof-process|--build-snapshot|--build-sea|--experimental-sea-config)(?:=|$)/;

/** What a command line of Node.js says. */
export interface NodeLine {
  readonly nodeArgs: readonly string[];
  /** Options that watch files, which are not among `nodeArgs`. */
  readonly watching: readonly string[];
  /** The file; absent when it runs none. */
  readonly file?: string;
  readonly args: readonly string[];
  /** The script of package.json that `--run` names. */
  readonly script?: string;
}

/**
 * Takes the words after `node` apart. Watching is for a program that runs alone: under a supervisor it would restart
 * behind its back.
 */
export function parseNodeLine(words: readonly string[]): NodeLine {
  const nodeArgs: string[] = [];
  const watching: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--" || !word.startsWith("-")) {
      const at = word === "--" ? index + 1 : index;
      const file = words[at];
      return { nodeArgs, watching, args: words.slice(at + 1), ...(file !== undefined && { file }) };
    }
    const run = /^--run(?:=(.*))?$/s.exec(word);
    const script = run === null ? undefined : (run[1] ?? words[index + 1]);
    if (script !== undefined) {
      const rest = words.slice(run?.[1] === undefined ? index + 2 : index + 1);
      return { nodeArgs, watching, script, args: rest[0] === "--" ? rest.slice(1) : rest };
    }
    if (word === "-" || runsNoFile.test(word)) {
      break;
    }
    const value = valueOptions.has(word.replaceAll("_", "-")) ? words[index + 1] : undefined;
    (word.startsWith("--watch") ? watching : nodeArgs).push(word, ...(value === undefined ? [] : [value]));
    index += value === undefined ? 0 : 1;
  }
  return { nodeArgs, watching, args: [] };
}
