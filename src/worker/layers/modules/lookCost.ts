import { statSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import { shareOutTurns } from "./turns.ts";

/**
 * The cost of asking V8 for its scripts, measured on Node.js 20 to 26: it reports each, and hashes the text of those it
 * was not asked for before. On a busy machine it is a multiple.
 */
const msPerScript = 0.015;
const msPerByte = 8e-6;

/** Assumed size of an unknown ES module, in bytes: that of packages is 5 to 6 KB on average. */
const usualBytes = 6_000;

/** Global handles of V8 and Node.js for each ES module, and each socket, in bytes. */
const handlesPerModule = Number.parseInt(process.versions.node, 10) < 22 ? 160 : 64;
const handlesPerSocket = 64;

export interface LookCostOptions {
  /** If the number of scripts alone costs more, the sizes of their texts are estimated. */
  readonly mostMs: number;
  /** Whether V8 was asked for its scripts before. */
  readonly textsAreKnown: boolean;
}

/**
 * Estimates for how many milliseconds a search for ES modules would block the event loop; the estimate itself blocks at
 * most 10 ms at a time.
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

/** ES modules can't be counted, but the memory of V8's global handles limits their number. */
function mostEsModules(): number {
  const sockets = process.getActiveResourcesInfo().filter((type) => type.endsWith("Wrap")).length;
  const handles = getHeapStatistics().used_global_handles_size - sockets * handlesPerSocket;
  return Math.max(0, Math.floor(handles / handlesPerModule));
}
