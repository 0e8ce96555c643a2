import { basename, dirname, join } from "node:path";
import { Uri, window, workspace } from "vscode";
import type { Pm2Import } from "../../../client/pm2/importPm2File.ts";
import type { Pm2Verdict } from "../../../client/pm2/pm2Finding.ts";
import { HitlessError } from "../../../shared/errors.ts";
import { nodeSetting, readFolders } from "../../platform/settings.ts";
import { escapeMarkdown } from "../../presentation/markdown.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { Notifier } from "../tell/notify.ts";

/**
 * Shows what `hitless.json` would be with the apps of a pm2 file of the workspace, and writes it when the person says so.
 * The file is read in a process of its own, in a trusted workspace only.
 */
export async function importPm2(context: CommandContext, notifier: Notifier): Promise<void> {
  const { supervisorFile, reports, t } = context;
  // With their packages, which no other command needs.
  const { planPm2Import, findPm2File } = await import("../../../client/pm2/importPm2File.ts");
  const { resolveNode } = await import("../../../client/node/nodeProgram.ts");
  const files = (await Promise.all(readFolders().map(({ path }) => findPm2File(path)))).flatMap((file) => file ?? []);
  const file = files.length > 1 ? await pick(files, t("Select the pm2 file to import")) : files[0];
  if (file === undefined) {
    if (files.length === 0) {
      notifier.message("info", t("No folder of this workspace has an ecosystem.config.js or its like."), []);
    }
    return;
  }
  const folder = dirname(file);
  const node = await resolveNode({ explicit: nodeSetting(), cwd: folder });
  const plan = await planPm2Import(file, {
    folder,
    reader: join(dirname(supervisorFile), "pm2.cjs"),
    node: node.path,
    environment: process.env,
  });
  const name = basename(file);
  const explain = {
    title: t("What Becomes of Each Option"),
    run: () => reports.open(name, findingsPage(name, plan)),
  };
  const left = plan.apps.filter(({ config }) => config === undefined).map((app) => app.name);
  if (left.length === plan.apps.length) {
    notifier.message("warning", t("Hitless can start none of the apps of {0}.", name), [explain]);
    return;
  }
  if (plan.before === plan.after) {
    notifier.message("info", t("hitless.json says all of {0} already.", name), [explain]);
    return;
  }
  await reports.compare({
    title: t("hitless.json with the apps of {0}", name),
    file: plan.before === undefined ? undefined : plan.file,
    after: plan.after,
  });
  const rest = left.length === 0 ? "" : ` ${t("Not in it, since Hitless can't start them: {0}.", left.join(", "))}`;
  notifier.message("info", `${t("This is what hitless.json would be.")}${rest}`, [
    { title: t("Write It"), run: () => write(plan, context, notifier) },
    explain,
  ]);
}

async function write(
  { file, before, after }: Pm2Import,
  { registry, t }: CommandContext,
  notifier: Notifier,
): Promise<void> {
  const uri = Uri.file(file);
  try {
    const now = before === undefined ? undefined : (await workspace.fs.readFile(uri)).toString();
    if (now !== undefined && now !== before) {
      throw new HitlessError("invalidState", t("{0} has changed meanwhile, so nothing was written.", file));
    }
    await workspace.fs.writeFile(uri, Buffer.from(after));
    await window.showTextDocument(uri);
    await registry.refresh();
  } catch (error) {
    notifier.error(error, { target: {} });
  }
}

async function pick(files: readonly string[], title: string): Promise<string | undefined> {
  const items = files.map((file) => ({ label: basename(file), description: dirname(file), file }));
  return (await window.showQuickPick(items, { title }))?.file;
}

const heads: Readonly<Record<Pm2Verdict, string>> = {
  equal: "equal",
  translated: "translated",
  notNeeded: "not needed",
  notSupported: "not supported",
  ignoredByPm2: "ignored by pm2 too",
};

/** Every option of every app, as Markdown. */
function findingsPage(name: string, { apps, findings }: Pm2Import): string {
  const table = (rows: Pm2Import["findings"]) =>
    rows.length === 0
      ? []
      : [
          "| | | |",
          "| --- | --- | --- |",
          ...rows.map((each) => `| ${cell(each.option)} | ${heads[each.verdict]} | ${cell(each.text)} |`),
        ];
  const parts = apps.map((app) =>
    [
      `## ${escapeMarkdown(app.name)}`,
      "",
      ...app.problems.map((problem) => `✖ ${cell(problem)}\n`),
      ...table(app.findings),
    ].join("\n"),
  );
  return [`# ${escapeMarkdown(name)}`, table(findings).join("\n"), ...parts].join("\n\n");
}

function cell(text: string): string {
  return escapeMarkdown(text).replaceAll("|", "\\|");
}
