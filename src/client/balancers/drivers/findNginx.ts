import type { BalancerCommands, CommandOptions } from "./balancerCommands.ts";

/** Where it is for a user whose PATH has no folders of system programs. */
const usualPlace = "/usr/sbin/nginx";

/** The program and its arguments: as the settings have it, else from the PATH or its usual place. */
export async function findNginx(
  commands: BalancerCommands,
  wanted: readonly string[] | undefined,
  options?: CommandOptions,
): Promise<readonly string[]> {
  if (wanted !== undefined) {
    return wanted;
  }
  return (await commands.has(["nginx", "-v"], options)) ? ["nginx"] : [usualPlace];
}
