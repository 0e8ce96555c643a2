import { resolve } from "node:path";
import { HitlessError } from "../../../shared/errors.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { chosenEntry } from "../../apps/entryChoice.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import { openFile } from "./openFile.ts";

/** Opens the file that the workers of an app run, or would run. */
export async function goToEntry(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t, memory } = context;
  const session = await chooseApp(context, target, {
    suits: ({ state }) => state !== "invalid",
    placeHolder: t("Select the app whose entry to open"),
    onlyHere: true,
  });
  if (session === undefined) {
    return;
  }
  const file = entryOf(session, memory);
  if (file === undefined) {
    throw new HitlessError("entryNotFound", t("“{0}” has no entry yet.", session.name), { remedy: "openSettings" });
  }
  await openFile({ file });
}

function entryOf({ view, definition }: AppSession, memory: CommandContext["memory"]): string | undefined {
  const { snapshot } = view;
  if (snapshot !== undefined) {
    return snapshot.app.entry;
  }
  const entry =
    definition && (definition.config.entry ?? chosenEntry(definition, memory) ?? definition.entries[0]?.entry);
  return definition === undefined || entry === undefined ? undefined : resolve(definition.base, entry);
}
