import { dirname } from "node:path";
import { ProgressLocation, window } from "vscode";
import type { Preparation } from "../../../client/machines/machinePreparation.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { MachineSession } from "../../apps/machines/machineSession.ts";
import { canBePrepared } from "../../apps/machines/remoteMachineView.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "../tell/notify.ts";

/** Copies Hitless to another machine, into its user's folder, after it has said what, where and how much. */
export async function askToPrepare(context: CommandContext, target: CommandTarget, notifier: Notifier): Promise<void> {
  const { channel, version, supervisorFile, t } = context;
  const session = await chooseMachine(context, target);
  if (session === undefined) {
    return;
  }
  const { machine } = session;
  const { name } = machine;
  const { planPreparation, prepareMachine } = await import("../../../client/machines/machinePreparation.ts");
  const title = t("Preparing {0}", name);
  const plan = await window.withProgress({ location: ProgressLocation.Notification, title }, (progress) => {
    progress.report({ message: t("looking for its Node.js") });
    return planPreparation(machine, dirname(supervisorFile));
  });
  if (!(await confirm(context, plan))) {
    return;
  }
  const { folder, node, nodeVersion } = plan.standing;
  const greeting = await window.withProgress({ location: ProgressLocation.Notification, title }, (progress) => {
    const tell = (message: string): void => {
      progress.report({ message });
      channel.info(`${name}: ${message}`);
    };
    tell(t("copying {0} to {1}", sizeWord(plan.bytes), folder));
    return prepareMachine(plan, version, () => tell(t("waiting for Hitless to answer there")));
  });
  channel.info(`${name}: Hitless ${greeting.version} in ${folder}, on ${node} (${nodeVersion})`);
  // With the connection of the copy that was just made.
  await session.lookAnew();
  const text = t("{0} has Hitless {1} in {2} now, on Node.js {3}.", name, greeting.version, folder, nodeVersion);
  notifier.message("info", text, []);
}

async function confirm({ version, t }: CommandContext, { machine, bytes, standing }: Preparation): Promise<boolean> {
  const text = t("Copy Hitless {0} to {1}?", version, machine.name);
  const detail = [
    t("{0} in {1}", sizeWord(bytes), standing.folder),
    t("It will run on {0} ({1}).", standing.node, standing.nodeVersion),
    t("Nothing is installed for others, and nothing listens. Apps that run there go on."),
  ].join("\n\n");
  const action = t("Copy");
  return (await window.showWarningMessage(text, { modal: true, detail }, action)) === action;
}

function sizeWord(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The machine of the row, or one that is picked; those that lack Hitless come first. */
async function chooseMachine(
  { machines, t }: CommandContext,
  { app: wanted }: CommandTarget,
): Promise<MachineSession | undefined> {
  if (wanted !== undefined) {
    const found = machines.machine(wanted);
    if (found === undefined) {
      throw new HitlessError("badConfig", t("The machine is no longer in the settings."));
    }
    return found;
  }
  await machines.refresh();
  const views = machines.machines;
  if (views.length === 0) {
    throw new HitlessError(
      "badConfig",
      t("No machine is named in this workspace: add one to “machines” of hitless.json."),
    );
  }
  const items = views
    .map((view) => ({ label: view.name, description: view.problem?.message ?? view.ssh, view }))
    .sort((a, b) => Number(canBePrepared(b.view)) - Number(canBePrepared(a.view)));
  const picked = await window.showQuickPick(items, { placeHolder: t("Select the machine to prepare") });
  return picked && machines.machine(picked.view.key);
}
