import type { Failure, FailureCode } from "../../shared/failure.ts";
import type { FromWorkerBody } from "../../shared/workerMessages.ts";
import { failureLocation, isThrownAtLoad } from "./failureLocation.ts";

/** What is known of a worker that ended unexpectedly. */
export interface DeathFacts {
  readonly entry: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: readonly string[];
  /** The last line that it wrote, to whichever stream; empty if it wrote none. */
  readonly lastLine: string;
  /** The uncaught exception, if the preload reported one shortly before. */
  readonly fatal?: FatalError | undefined;
  /** The frames by which the app ended the process, if it did so without an exception. */
  readonly exitStack?: string | undefined;
  /** Which process of the app holds the port that it was refused, in sentences for the user. */
  readonly holder?: string | undefined;
  /** Where Hitless itself answers health checks. */
  readonly healthPort?: number | undefined;
  /** Whether it was ever ready. */
  readonly wasReady: boolean;
  /** Whether another worker of the app listens on this port. */
  readonly appListensOn: (port: number) => boolean;
}

/** The exception in the preload's message `fatal`. */
export type FatalError = Omit<Extract<FromWorkerBody, { type: "fatal" }>, "type">;

/** Says why a worker died, in one sentence for the user. */
export function explainDeath(facts: DeathFacts): Failure {
  const { exitCode, signal, wasReady, exitStack } = facts;
  const ending =
    facts.fatal ?? (exitStack === undefined ? undefined : { name: "", code: null, message: "", stack: exitStack });
  const isAtLoad = ending !== undefined && !wasReady && isThrownAtLoad(ending);
  const { code, message } = reasonOf(facts, isAtLoad);
  const atLoad = isAtLoad && (code === "threw" || code === "exited");
  const location = ending && (facts.fatal !== undefined || atLoad) ? failureLocation(ending, facts.stderr) : undefined;
  return {
    code,
    message,
    exitCode,
    signal,
    stderr: [...facts.stderr],
    ...(location && { location }),
    ...(atLoad && { atLoad }),
  };
}

interface Reason {
  readonly code: FailureCode;
  readonly message: string;
}

function reasonOf(facts: DeathFacts, isAtLoad: boolean): Reason {
  const { fatal, signal, exitCode, stderr, wasReady, lastLine } = facts;
  if (stderr.some((line) => line.includes("JavaScript heap out of memory"))) {
    return {
      code: "outOfMemory",
      message:
        "The worker ran out of memory (JavaScript heap). Raise --max-old-space-size in nodeArgs, or find the leak.",
    };
  }
  if (fatal !== undefined && signal === null && exitCode !== 0) {
    return reasonOfError(fatal, facts);
  }
  if (signal !== null) {
    return {
      code: "killed",
      message: `The worker was ended by ${signal}${signal === "SIGKILL" ? " (somebody killed it, or the system ran out of memory)" : ""}.`,
    };
  }
  const refused = exitCode === invalidArgument && !wasReady ? refusedByNode(stderr) : undefined;
  if (refused !== undefined) {
    return { code: "badNodeArguments", message: refused };
  }
  const when = wasReady ? "" : " before it was ready";
  // An app that ends in good order, since it can't have what it needs, says so on stdout if at all.
  const last = stderr.length === 0 ? lastLine : isAtLoad ? (stderr.findLast((line) => /\p{L}/u.test(line)) ?? "") : "";
  const said = wasReady || last === "" ? "" : ` It wrote last: "${last.trim()}".`;
  return { code: "exited", message: `The worker exited with code ${exitCode ?? "unknown"}${when}.${said}` };
}

/** Node's exit code where it can't use its arguments. */
const invalidArgument = 9;

/** Why Node.js did not start, by what it wrote: `/usr/bin/node: bad option: --foo`. */
function refusedByNode(stderr: readonly string[]): string | undefined {
  for (const line of stderr) {
    const [program = "", ...said] = line.split(": ");
    if (said.length > 0 && /^node(?:\.exe)?$/.test(program.split(/[\\/]/).at(-1) ?? "")) {
      const reason = said.join(": ");
      return said.length === 2 && said[1] === "not found"
        ? `There is no file ${said[0]}, which --env-file names. Create it (many projects have an example of it), or leave the flag out.`
        : `Node.js does not accept its arguments: ${reason}. They come from nodeArgs, NODE_OPTIONS or the start script.`;
    }
  }
  return undefined;
}

function reasonOfError(fatal: FatalError, { entry, appListensOn, holder, healthPort }: DeathFacts): Reason {
  const { code, message, name, port } = fatal;
  const firstLine = message.split("\n", 1)[0] ?? "";
  if (code === "HITLESS_NESTED_CLUSTER" || /'(node:)?cluster' does not provide an export named/.test(message)) {
    return {
      code: "nestedCluster",
      message:
        "The app starts its own cluster (node:cluster), but Hitless is its cluster primary already. " +
        "Let the entry be the file that listens, and set the number of workers in Hitless.",
    };
  }
  if (code === "EADDRINUSE" && port !== null && port === healthPort) {
    return {
      code: "portInUse",
      message: `${place(fatal)} is where Hitless answers health checks (health). Give the app or those another port.`,
    };
  }
  if (code === "EADDRINUSE" && holder !== undefined) {
    return { code: "portInUse", message: holder };
  }
  if (code === "EADDRINUSE" && port !== null && appListensOn(port)) {
    return {
      code: "portInUse",
      message:
        `${place(fatal)} is held by another worker of this app, which does not share it (\`exclusive\` in \`listen\`). ` +
        "Leave that out, or run one worker and renew it with a restart.",
    };
  }
  if (code === "EADDRINUSE") {
    return {
      code: "portInUse",
      message: `${place(fatal)} is in use by another program. Stop that one or choose another port.`,
    };
  }
  if (code === "EACCES" && port === -1 && fatal.address?.startsWith("/")) {
    // libuv says so too where the folder is missing.
    return {
      code: "portDenied",
      message: `Listening on ${fatal.address} is not allowed. Its folder must exist, and the app's user be allowed to write there.`,
    };
  }
  if (code === "EACCES" && fatal.port !== null) {
    return {
      code: "portDenied",
      message: `Listening on ${place(fatal)} is not allowed. Ports below 1024 need special rights; choose another.`,
    };
  }
  if (code === "EINVAL" && fatal.address === null && port === null && /^(?:listen|bind|open) EINVAL/.test(message)) {
    return {
      code: "threw",
      message:
        "The app listens on a file descriptor (`listen({ fd })`), whose number means another file in each process. " +
        "Give it a port or the path of a Unix socket.",
    };
  }
  if (code === "ENOTSUP" && message.startsWith("bind ENOTSUP")) {
    return {
      code: "threw",
      message:
        "No two processes can share a socket for datagrams (UDP) on Windows. " +
        "Bind it with `exclusive: true`, run one worker and renew it with a restart.",
    };
  }
  const addon = explainAddon(fatal);
  if (addon !== undefined) {
    return { code: "missingModule", message: addon };
  }
  if (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND") {
    return missingModule(firstLine, entry);
  }
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" || code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return {
      code: "typescriptUnsupported",
      message: `${asSentence(firstLine)} This Node.js can't run the file as it is: install tsx in the project and set nodeArgs to ["--import", "tsx"], or run the compiled JavaScript.`,
    };
  }
  const transformed = /^Transform failed with \d+ errors?:\n.*: ERROR: (.*)$/m.exec(message)?.[1];
  if (transformed !== undefined) {
    // esbuild says it, and so tsx.
    return { code: "syntaxError", message: `Syntax error: ${transformed}` };
  }
  if (name === "SyntaxError") {
    return { code: "syntaxError", message: `Syntax error: ${firstLine}` };
  }
  return { code: "threw", message: `${name}: ${firstLine}` };
}

/**
 * Why a compiled addon can't be loaded, in sentences for the user; `undefined` if that is not what has failed. The errors of packages
 * that load addons name files, and not what is to be done.
 */
function explainAddon({ code, message }: FatalError): string | undefined {
  const firstLine = message.split("\n", 1)[0] ?? "";
  if (code === "ERR_DLOPEN_FAILED" && message.includes("NODE_MODULE_VERSION")) {
    const name = packageOf(firstLine);
    return name === undefined
      ? 'An addon was compiled for another version of Node.js. Run "npm rebuild" with the one that runs the app.'
      : `The addon of the package '${name}' was compiled for another version of Node.js. Run "npm rebuild ${name}" with the one that runs the app.`;
  }
  const isMissing =
    (code === "MODULE_NOT_FOUND" && firstLine.startsWith("Cannot find module '") && firstLine.endsWith(".node'")) ||
    // The packages `bindings` and `node-gyp-build`.
    firstLine.startsWith("Could not locate the bindings file") ||
    firstLine.startsWith("No native build was found for ");
  const name = packageOf(message);
  if (!isMissing || name === undefined) {
    return undefined;
  }
  return `The addon of the package '${name}' is missing: its install script was not run, or failed. Run "npm rebuild ${name}" and read what it prints.`;
}

const folder = "node_modules";

/** The first package in whose folder a path of this text is. */
function packageOf(text: string): string | undefined {
  const line = text.split("\n").find((each) => each.includes(folder)) ?? folder;
  const below = line.slice(line.lastIndexOf(folder) + folder.length + 1);
  const [scope = "", name = ""] = below.split(/[\\/'\s]/);
  const whole = scope.startsWith("@") ? `${scope}/${name}` : scope;
  return whole === "" || whole === "@/" ? undefined : whole;
}

function missingModule(message: string, entry: string): Reason {
  const missing = namedBetween(message) ?? "?";
  if (message.includes(`'${entry}'`) && !message.includes(" imported from ")) {
    return { code: "entryNotFound", message: `The entry ${entry} does not exist.` };
  }
  if (/^[./\\]|^[a-zA-Z]:|^file:/.test(missing)) {
    return {
      code: "missingModule",
      message: `Cannot find module '${missing}'. Check the path, or build the app first.`,
    };
  }
  // What is to be installed is the package, and not `ts-node/register` of it.
  const name = missing.split("/", missing.startsWith("@") ? 2 : 1).join("/");
  const what = name === missing ? `package '${name}'` : `'${missing}' of the package '${name}'`;
  return { code: "missingModule", message: `Cannot find ${what}. Run "npm install" (or add it to package.json).` };
}

/** `x` of `Cannot find module 'x'` and `Cannot find package 'x' imported from y`; it may hold quotes itself. */
function namedBetween(message: string): string | undefined {
  const start = message.search(/Cannot find (?:module|package) '/);
  const open = start === -1 ? -1 : message.indexOf("'", start);
  const imported = message.indexOf("' imported from ", open + 1);
  const end = imported === -1 ? message.length - 1 : imported;
  return open === -1 || end <= open + 1 || message.charAt(end) !== "'" ? undefined : message.slice(open + 1, end);
}

function place({ address, port }: FatalError): string {
  if (port === null || port < 0) {
    return address ?? "The address";
  }
  return address === null || address === "::" || address === "0.0.0.0" ? `Port ${port}` : `${address}:${port}`;
}

/** With a full stop, so that another sentence can follow. */
export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
