import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { appDefaults } from "../../shared/appConfig.ts";
import { leadsInside } from "../../shared/basics/leadsInside.ts";
import type { LanguageApp, LanguageState } from "../../shared/language.ts";
import type { RuleContext } from "../analysis/rule.ts";

/** The absolute path of a document; `undefined` if it is not on disk. */
export function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

/** Whether a file belongs to an installed package, which is not edited here. */
export function isInstalled(path: string): boolean {
  return path.split(/[\\/]/).includes("node_modules");
}

/**
 * The apps that a file belongs to: the innermost whose folder contains it; the one that runs this file if there is one,
 * else all of that folder.
 */
export function appsOf({ apps }: LanguageState, path: string): LanguageApp[] {
  const around = apps.filter(({ root }) => leadsInside(relative(root, path)));
  const innermost = Math.max(...around.map(({ root }) => root.length));
  const near = around.filter(({ root }) => root.length === innermost);
  const exact = near.filter((app) => isEntry(app, path));
  return exact.length > 0 ? exact : near;
}

/** Whether the workers of an app run this file. */
export function isEntry({ entries }: LanguageApp, path: string): boolean {
  return entries.some((entry) => relative(entry, path) === "");
}

/** What rules may know of the app that a file belongs to. */
export function ruleApp(state: LanguageState, path: string | undefined): RuleContext["app"] {
  const [app] = path === undefined ? [] : appsOf(state, path);
  return {
    supervised: app !== undefined,
    entry: app !== undefined && path !== undefined && isEntry(app, path),
    gracefulReload: app?.gracefulReload ?? false,
    workers: app === undefined ? appDefaults.workers : app.workers,
    drainTimeout: app?.drainTimeout ?? appDefaults.drainTimeout,
  };
}
