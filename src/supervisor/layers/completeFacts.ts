import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { CollectedFacts } from "../../shared/layers/collected.ts";
import type { LayerFacts } from "../../shared/layers/facts.ts";
import { type Dependency, dependencySchema } from "../../shared/layers/layer.ts";
import { releaseState } from "../../shared/layers/nodeReleases.ts";
import { shownTime, steadyNow } from "../clock.ts";
import { variablesOfWorker } from "../process/workerForker.ts";
import { describeAddons } from "./files/addonFiles.ts";
import { describeCode } from "./files/codeFiles.ts";
import { describeMachine } from "./machine.ts";

/** Names in `process.versions` that differ from the layers' or are part of one of them. */
const namesOfDependencies: Readonly<Record<string, Dependency>> = {
  nghttp3: "nghttp2",
  ngtcp2: "nghttp2",
  merve: "cjs_module_lexer",
  nbytes: "node",
  ncrypto: "openssl",
  uvwasi: "uv",
  cldr: "icu",
  tz: "icu",
  unicode: "icu",
  http_parser: "llhttp",
  modules: "node",
  napi: "node",
};

/** Completes a worker's own facts with what the supervisor knows, or can find out without involving the worker. */
export async function completeFacts(
  worker: LayerFacts["worker"],
  collected: CollectedFacts,
  origin: { readonly recipe: LaunchRecipe; readonly commit: string | undefined },
): Promise<LayerFacts> {
  const takenAt = shownTime(steadyNow());
  const { modules, ...code } = collected.code;
  const { versions, ...dependencies } = collected.dependencies;
  const [files, addons, os] = await Promise.all([
    describeCode(modules),
    describeAddons(worker.pid, collected.bindings.addons, collected.bindings.napi),
    describeMachine(worker.pid),
  ]);
  const { internal, abi, napi } = collected.bindings;
  return {
    worker,
    takenAt,
    code: {
      ...code,
      ...files,
      ...(origin.commit === undefined ? {} : { commit: origin.commit }),
      environmentNames: variablesOfWorker(origin.recipe).sort(),
    },
    api: { ...collected.api, ...releaseState(collected.api.version, takenAt) },
    bindings: { internal: [...internal], addons, abi, napi },
    dependencies: { ...dependencies, versions: describeVersions(versions) },
    os,
  };
}

function describeVersions(versions: Readonly<Record<string, string>>): LayerFacts["dependencies"]["versions"] {
  const known = new Set<string>(dependencySchema.options);
  // Components that a Node.js was built without have an empty version.
  const present = Object.entries(versions).filter(([, version]) => version !== "");
  return present.map(([name, version]) => {
    const dependency = known.has(name) ? (name as Dependency) : namesOfDependencies[name];
    return { name, ...(dependency === undefined ? {} : { dependency }), version };
  });
}
