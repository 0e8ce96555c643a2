import { createHash } from "node:crypto";
import { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { listEndpoints } from "../../client/launch/endpoints.ts";
import { launchSupervisor } from "../../client/launch/launchSupervisor.ts";
import { resolveNodeToStart } from "../../client/node/nodeProgram.ts";
import { chooseEntry, describeChoice } from "../../client/recipe/chooseEntry.ts";
import { buildRecipe } from "../../client/recipe/recipe.ts";
import { recipeOrigin } from "../../client/recipe/rereadRecipe.ts";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { Endpoint, RecipeOrigin } from "../../shared/launch.ts";
import type { AppDefinition } from "./appDefinition.ts";
import { chosenEntry } from "./entryChoice.ts";
import type { SessionHost } from "./sessionHost.ts";

/*
 * Access to supervisors. Imported on first use: the protocol's code and schemas take longer to load than the rest of an
 * activation.
 */

/** All that is needed to start an app now, and a fingerprint that changes with any of it. */
export interface LaunchPlan {
  readonly recipe: LaunchRecipe;
  readonly origin: RecipeOrigin;
  /** Absolute path of the Node.js program. */
  readonly node: string;
  readonly mark: string;
  /** How the entry was found, and what is left out of its script; absent if the setting names it. */
  readonly choice?: string;
}

/** @throws HitlessError `nodeUnusable`, `nodeTooOld`, `entryNotFound`, `badConfig` or `typescriptUnsupported`. */
export async function planLaunch(definition: AppDefinition, host: SessionHost): Promise<LaunchPlan> {
  const { config, name, base, folder, projectFile: file, problem } = definition;
  if (problem !== undefined) {
    throw new HitlessError("badConfig", problem, { remedy: "openSettings" });
  }
  const node = await resolveNodeToStart({ explicit: config.node ?? host.nodeProgram(), cwd: base });
  const picked = chosenEntry(definition, host.memory);
  const offered = definition.entries.find(({ entry }) => entry === picked);
  const found =
    config.entry !== undefined || (picked !== undefined && offered === undefined)
      ? undefined
      : offered === undefined
        ? await chooseEntry(base, process.env)
        : { candidate: offered, passedOver: [] };
  const written = { ...config, name, ...(found === undefined && picked !== undefined && { entry: picked }) };
  const recipe = await buildRecipe(written, {
    folder: folder.path,
    node,
    environment: process.env,
    terminal: {},
    ...(found !== undefined && { candidate: found.candidate }),
  });
  const mark = createHash("sha256")
    .update(JSON.stringify([node.path, recipe]))
    .digest("base64url");
  const origin = await recipeOrigin({
    config: written,
    folder: folder.path,
    environment: process.env,
    node,
    found: found?.candidate,
    picked: offered?.entry,
    terminal: {},
    ...(file !== undefined && { project: { file, app: name, flags: {} } }),
  });
  return { recipe, origin, node: node.path, mark, ...(found !== undefined && { choice: describeChoice(found) }) };
}

/** Starts a supervisor for the app. */
export function launchPlanned(
  plan: LaunchPlan,
  host: SessionHost,
  debug?: { readonly stopOnEntry: boolean },
): Promise<Endpoint> {
  const graceMs = host.graceMs();
  return launchSupervisor({
    recipe: plan.recipe,
    origin: plan.origin,
    node: plan.node,
    supervisorFile: host.supervisorFile,
    version: host.version,
    detached: false,
    ...(plan.choice !== undefined && { choice: plan.choice }),
    ...(graceMs !== undefined && { graceMs }),
    ...(debug !== undefined && { debug }),
    folder: host.runtimeFolder(),
  });
}

/** The same, and connects to it. */
export async function launchApp(
  plan: LaunchPlan,
  host: SessionHost,
  debug?: { readonly stopOnEntry: boolean },
): Promise<SupervisorClient> {
  return connectTo(await launchPlanned(plan, host, debug), host);
}

/** Connects to a running supervisor. */
export function connectTo(endpoint: Endpoint, { version }: SessionHost): Promise<SupervisorClient> {
  return SupervisorClient.connect(endpoint, { name: "vscode", version });
}

/** All supervisors of this user. */
export function findSupervisors({ runtimeFolder }: SessionHost): Promise<Endpoint[]> {
  return listEndpoints(runtimeFolder());
}
