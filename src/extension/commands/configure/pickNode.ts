import { type QuickPickItem, QuickPickItemKind, window } from "vscode";
import type { NodeProgram } from "../../../client/node/nodeProgram.ts";
import { toHitlessError } from "../../../shared/errors.ts";
import { isActive } from "../../apps/appView.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import { nodeSetting, readFolders, writeNodeSetting } from "../../platform/settings.ts";
import type { CommandContext } from "../target/commandContext.ts";

interface NodeItem extends QuickPickItem {
  readonly choice?: { readonly kind: "program"; readonly path: string } | { readonly kind: "usual" | "browse" };
}

/** Lets the user choose the Node.js that runs the apps, from their next start on. */
export async function pickNode({ registry, t }: CommandContext): Promise<void> {
  const folder = readFolders()[0]?.path ?? process.cwd();
  const current = nodeSetting();
  const picked = await window.showQuickPick(nodeItems(folder, current, t), {
    title: t("Node.js for Hitless"),
    placeHolder: t("Which Node.js runs your apps? An app's own setting “node” wins."),
    matchOnDescription: true,
  });
  if (picked?.choice === undefined) {
    return;
  }
  const { choice } = picked;
  const path =
    choice.kind === "program" ? choice.path : choice.kind === "browse" ? await browseForNode(folder, t) : undefined;
  if (choice.kind !== "usual" && path === undefined) {
    return;
  }
  await writeNodeSetting(path);
  if (registry.apps.some(isActive)) {
    void window.showInformationMessage(
      t("Running apps keep their Node.js until their supervisor is renewed or they are started again."),
    );
  }
}

async function nodeItems(folder: string, current: string | undefined, t: CommandContext["t"]): Promise<NodeItem[]> {
  const { listNodePrograms, resolveNode } = await import("../../../client/node/nodeProgram.ts");
  const [usual, programs] = await Promise.all([
    resolveNode({ cwd: folder }).then(
      ({ version, path }) => `${version} · ${path}`,
      (error: unknown) => engineSentence(toHitlessError(error).message, t),
    ),
    listNodePrograms(folder),
  ]);
  const mark = (chosen: boolean) => (chosen ? "$(check) " : "");
  return [
    {
      label: `${mark(current === undefined)}${t("As set by the project")}`,
      description: usual,
      detail: t(".nvmrc or .node-version, else the PATH"),
      choice: { kind: "usual" },
    },
    { label: "", kind: QuickPickItemKind.Separator },
    ...programs.map(
      ({ version, path, source }: NodeProgram): NodeItem => ({
        label: `${mark(current === path)}${version}`,
        description: source === "explicit" ? path : `${path} (${source})`,
        choice: { kind: "program", path },
      }),
    ),
    { label: `$(folder-opened) ${t("Another program…")}`, choice: { kind: "browse" } },
  ];
}

/** Asks for a program, which is tried. Resolves with its path, `undefined` if none was chosen. */
export async function browseForNode(folder: string, t: CommandContext["t"]): Promise<string | undefined> {
  const [file] = (await window.showOpenDialog({ canSelectMany: false, openLabel: t("Use This Node.js") })) ?? [];
  const { resolveNode } = await import("../../../client/node/nodeProgram.ts");
  return file && (await resolveNode({ explicit: file.fsPath, cwd: folder })).path;
}
