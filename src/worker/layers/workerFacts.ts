import { createRequire } from "node:module";
import type { CollectedFacts } from "../../shared/layers/collected.ts";
import type { WarningLog } from "../process/warningLog.ts";
import type { LoadedModules } from "./modules/loadedModules.ts";
import type { NativeList } from "./modules/nativeList.ts";
import { sharedAddons } from "./modules/sharedAddons.ts";
import { flagsOf } from "./nodeOptions.ts";
import { describeWarnings } from "./warnings.ts";

/** libuv's default: https://nodejs.org/api/cli.html#uv_threadpool_sizesize */
const usualPoolSize = 4;
/** libuv's maximum. */
const largestPoolSize = 1_024;

export interface FactsParts {
  readonly modules: LoadedModules;
  readonly natives: NativeList;
  readonly warnings: WarningLog;
  /** `NODE_OPTIONS` at the start of the process. */
  readonly nodeOptions: string;
  /** The folder of Hitless's own bundles. */
  readonly folder: string;
}

/** What is in the layers of this process, as far as only the process itself knows. */
export async function collectFacts(parts: FactsParts): Promise<CollectedFacts> {
  const { modules, natives, warnings, nodeOptions, folder } = parts;
  // Before the modules below are loaded for it.
  const builtins = natives.builtins();
  const internal = natives.bindings();
  const { versions, version, execArgv, argv } = process;
  const listed = await modules.list();
  return {
    code: { entry: argv[1] ?? "", ...listed, sourceMaps: mapsSources() },
    api: {
      version,
      flags: [...flagsOf(nodeOptions), ...execArgv],
      builtins: [...builtins],
      warnings: describeWarnings(warnings.kept(), folder),
    },
    bindings: {
      internal,
      addons: [...new Set([...modules.addons(), ...sharedAddons()])],
      abi: versions.modules,
      napi: versions.napi ?? "",
    },
    dependencies: {
      versions: { ...onlyTexts(versions) },
      ...cryptography(),
      resolvers: resolvers(),
      threadPoolSize: poolSize(),
    },
  };
}

function onlyTexts(versions: NodeJS.ProcessVersions): Record<string, string> {
  return Object.fromEntries(
    Object.entries(versions).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}

function mapsSources(): boolean {
  const told: unknown = Reflect.get(process, "sourceMapsEnabled");
  return typeof told === "boolean" ? told : process.execArgv.includes("--enable-source-maps");
}

const require = createRequire(__filename);

/** A Node.js may be built without OpenSSL. */
function cryptography(): { readonly fips: boolean; readonly ciphers: number } {
  try {
    const crypto = require("node:crypto") as typeof import("node:crypto");
    return { fips: crypto.getFips() === 1, ciphers: crypto.getCiphers().length };
  } catch {
    return { fips: false, ciphers: 0 };
  }
}

function resolvers(): string[] {
  const dns = require("node:dns") as typeof import("node:dns");
  return dns.getServers();
}

/** libuv read the variable with its first work; the app may have set it before. */
function poolSize(): number {
  const size = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? "", 10);
  return Number.isNaN(size) ? usualPoolSize : Math.min(Math.max(size, 1), largestPoolSize);
}
