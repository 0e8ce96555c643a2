import { window } from "vscode";
import { HitlessError } from "../../../shared/errors.ts";
import type { NamedFleet } from "../../apps/machines/machineRegistry.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";

/**
 * The fleet of a command, by the settings as they are now: the one of its row, the only one, or the one that is picked.
 * @returns `undefined` if none was picked.
 * @throws HitlessError `badConfig`
 */
export async function pickFleet(
  { machines, t }: CommandContext,
  { app: wanted }: CommandTarget,
  placeHolder: string,
): Promise<NamedFleet | undefined> {
  await machines.refresh();
  const { fleets } = machines;
  if (wanted !== undefined) {
    const found = fleets.find(({ key, fleet }) => key === wanted || fleet.name === wanted);
    if (found === undefined) {
      throw new HitlessError("badConfig", t("The fleet “{0}” is no longer in the settings.", wanted));
    }
    return found;
  }
  if (fleets.length === 0) {
    throw new HitlessError("badConfig", t("No fleet is named in this workspace: add one to “fleets” of hitless.json."));
  }
  const items = fleets.map((named) => ({
    label: named.fleet.name,
    description: t("{0} on {1}", named.fleet.app, named.fleet.machines.join(", ")),
    named,
  }));
  return fleets.length === 1 ? fleets[0] : (await window.showQuickPick(items, { placeHolder }))?.named;
}
