import { relative, sep } from "node:path";
import { type QuickPickItem, Uri, window } from "vscode";
import { noteText } from "../../../client/script/scriptNote.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { AppDefinition } from "../../apps/appDefinition.ts";
import { isActive } from "../../apps/appView.ts";
import { chosenEntry, rememberEntry } from "../../apps/entryChoice.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import { isInside } from "../../platform/paths.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";

interface EntryItem extends QuickPickItem {
  /** Absent: browse for a file. */
  readonly entry?: string;
}

/** Lets the user choose the entry of an app, for its next start. */
export async function pickEntry(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: ({ state }) => state !== "invalid",
    placeHolder: t("Select the app whose entry to pick"),
    onlyHere: true,
  });
  const definition = session?.definition;
  if (session === undefined) {
    return;
  }
  if (definition === undefined || definition.config.entry !== undefined) {
    throw new HitlessError(
      "invalidState",
      definition === undefined
        ? t("“{0}” was started elsewhere, with its entry.", session.name)
        : t("The entry of “{0}” is in the setting hitless.apps: {1}", session.name, definition.config.entry ?? ""),
      { remedy: "openSettings" },
    );
  }
  if ((await chooseEntry(context, definition)) && isActive(session.view)) {
    void window.showInformationMessage(t("“{0}” runs the new entry when it is started again.", session.name));
  }
}

/** Asks and remembers the answer. Resolves with whether a file was chosen. */
export async function chooseEntry({ memory, t }: CommandContext, definition: AppDefinition): Promise<boolean> {
  const current = chosenEntry(definition, memory);
  const items: EntryItem[] = [
    ...definition.entries.map(({ entry, why, notes }) => ({
      label: entry,
      description: entry === current ? t("{0} · chosen now", whyWord(why, t)) : whyWord(why, t),
      ...(notes.length > 0 && { detail: notes.map((note) => engineSentence(noteText(note), t)).join(" · ") }),
      entry,
    })),
    { label: `$(folder-opened) ${t("Another file…")}` },
  ];
  const picked = await window.showQuickPick(items, {
    title: t("Entry of {0}", definition.name),
    placeHolder: t("The file that the workers run; it is remembered"),
  });
  const entry = picked === undefined ? undefined : (picked.entry ?? (await browse(definition, t)));
  if (entry === undefined) {
    return false;
  }
  rememberEntry(definition, memory, entry);
  return true;
}

function whyWord(why: string, t: CommandContext["t"]): string {
  const script = /^scripts\.(.*)$/s.exec(why)?.[1];
  if (script !== undefined) {
    return t("the script “{0}” of package.json", script);
  }
  switch (why) {
    case "main":
      return t("main of package.json");
    case "built":
      return t("where builds put it");
    default:
      return t("found by its name");
  }
}

async function browse({ base }: AppDefinition, t: CommandContext["t"]): Promise<string | undefined> {
  const [file] =
    (await window.showOpenDialog({
      defaultUri: Uri.file(base),
      canSelectMany: false,
      openLabel: t("Run This File"),
      filters: { "Node.js": ["js", "cjs", "mjs", "ts", "cts", "mts"] },
    })) ?? [];
  if (file === undefined) {
    return undefined;
  }
  return isInside(base, file.fsPath) ? relative(base, file.fsPath).split(sep).join("/") : file.fsPath;
}
