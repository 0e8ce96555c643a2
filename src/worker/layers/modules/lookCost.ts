import { statSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import { shareOutTurns } from "./turns.ts";

/**
 * What V8 does when it is asked for its scripts, measured on Node.js 20 to 26: it tells of each, and makes a hash of the
 * text of those it was not asked for before. On a busy machine it is a multiple.
 */
const msPerScript = 0.015;
const msPerByte = 8e-6;

/** An ES module's text, in bytes, where nobody knows it: that of packages is 5 to 6 KB on average. */
const usualBytes = 6_000;

/** What V8 and Node.js hold of each ES module, and of each socket, in bytes of global handles. */
const handlesPerModule = Number.parseInt(process.versions.node, 10) < 22 ? 160 : 64;
const handlesPerSocket = 64;

export interface LookCostOptions {
  /** When the number of scripts alone makes it more, their texts are not looked at but guessed. */
  readonly mostMs: number;
  /** Whether V8 was asked for its scripts before. */
  readonly textsAreKnown: boolean;
}

/**
 * Estimates for how many milliseconds a look for ES modules would block the event loop; itself it does so for at most
 * 10 ms at a time.
 * @param required Absolute paths of the CommonJS modules.
 */
export async function lookCost(
  required: readonly string[],
  { mostMs, textsAreKnown }: LookCostOptions,
): Promise<number> {
  const esModules = mostEsModules();
  const scripts = required.length + esModules;
  const ms = scripts * msPerScript;
  if (textsAreKnown) {
    return ms;
  }
  if (ms > mostMs) {
    return ms + scripts * usualBytes * msPerByte;
  }
  const entry = process.argv[1];
  let bytes = esModules * usualBytes;
  // The entry may be a whole app, bundled into one ES module.
  const files = entry === undefined || required.includes(entry) ? required : [entry, ...required];
  await shareOutTurns(files, (file) => {
    bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  });
  return ms + bytes * msPerByte;
}

/** Nobody counts ES modules, but there can't be more than the memory of V8's global handles allows. */
function mostEsModules(): number {
  const sockets = process.getActiveResourcesInfo().filter((type) => type.endsWith("Wrap")).length;
  const handles = getHeapStatistics().used_global_handles_size - sockets * handlesPerSocket;
  return Math.max(0, Math.floor(handles / handlesPerModule));
}
