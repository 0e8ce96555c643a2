import type { LaunchRecipe } from "../../shared/appConfig.ts";

/** https://nodejs.org/api/permissions.html; Node.js 20 calls it experimental. */
const permissionFlag = /(?:^|\s)--(?:experimental-)?permission(?=\s|$)/;

/**
 * Flags that let a worker read Hitless's own files under the permission model, and nothing else. Without them Node.js 20
 * can't load the preload, and no version can load the collector of the layers.
 */
export function permissionFlags(
  { nodeArgs, env }: Pick<LaunchRecipe, "nodeArgs" | "env">,
  files: readonly string[],
): string[] {
  const asked = nodeArgs.some((arg) => permissionFlag.test(arg)) || permissionFlag.test(env.NODE_OPTIONS ?? "");
  return asked ? files.map((file) => `--allow-fs-read=${file}`) : [];
}
