import { window } from "vscode";
import type { NodeProgram } from "../../../client/node/nodeProgram.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { RenewalReport } from "../../../shared/report.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { isRenewable } from "../../apps/appView.ts";
import { browseForNode } from "../configure/pickNode.ts";
import { saveEditors } from "../files/saveEditors.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import { followRenewal } from "../tell/followRenewal.ts";
import type { Notifier } from "../tell/notify.ts";
import { offerContinue } from "../tell/offerContinue.ts";
import { tellReport } from "../tell/tellReport.ts";
import { type NodeChoice, upgradeItems } from "./upgradeItems.ts";

/**
 * Renews the supervisor of an app, with this Hitless and on the Node.js that is chosen. Resolves with the report when it is over;
 * `undefined` if nothing was chosen.
 * @param options.wish `{ node }`: a program or a version that is installed; `{}`: the Node.js that runs. Else the user is asked.
 */
export async function renewSupervisor(
  context: CommandContext,
  target: CommandTarget,
  { wish, notifier }: { readonly wish: unknown; readonly notifier: Notifier },
): Promise<RenewalReport | undefined> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: isRenewable,
    placeHolder: t("Select the app whose supervisor to renew"),
    onlyHere: true,
  });
  if (session === undefined) {
    return undefined;
  }
  if (!isRenewable(session.view)) {
    throw new HitlessError("invalidState", t("“{0}” is not running.", session.name), { remedy: "start" });
  }
  const choice = readWish(wish) ?? (await ask(context, session));
  if (choice === undefined) {
    return undefined;
  }
  const node = await programOf(choice, session, t);
  return node === "none" ? undefined : renew({ context, notifier, session, node });
}

/** Any extension may call the command with anything. */
function readWish(wish: unknown): NodeChoice | undefined {
  if (typeof wish !== "object" || wish === null) {
    return undefined;
  }
  const node = "node" in wish ? wish.node : undefined;
  return typeof node === "string" ? { kind: "named", node } : { kind: "same" };
}

async function ask({ version, t }: CommandContext, session: AppSession): Promise<NodeChoice | undefined> {
  const { name, nodeSetting, nodeFolder } = session;
  const items = async () => {
    const { listNodePrograms, resolveNode } = await import("../../../client/node/nodeProgram.ts");
    const { wantedNode } = await import("../../../client/node/wantedNode.ts");
    const named =
      nodeSetting === undefined ? wantedNode(nodeFolder) : resolveNode({ explicit: nodeSetting, cwd: nodeFolder });
    const wanted = await named.catch((error: unknown) => ({
      problem: error instanceof Error ? error.message : String(error),
    }));
    const { snapshot } = session.view;
    const running = { node: snapshot?.supervisor.nodeVersion ?? "", hitless: snapshot?.supervisor.version ?? "" };
    return upgradeItems({ running, version, wanted, installed: await listNodePrograms(nodeFolder), t });
  };
  const picked = await window.showQuickPick(items(), {
    title: t("Renew the supervisor of {0}", name),
    placeHolder: t("On which Node.js? New workers start first, as in a reload."),
    matchOnDescription: true,
  });
  return picked?.choice;
}

/** @returns `undefined`: the one that runs; `none`: the user chose no program. */
async function programOf(
  choice: NodeChoice,
  { nodeFolder: cwd, nodeSetting }: AppSession,
  t: CommandContext["t"],
): Promise<NodeProgram | undefined | "none"> {
  const { resolveNamedNode, resolveNode } = await import("../../../client/node/nodeProgram.ts");
  switch (choice.kind) {
    case "same":
      return undefined;
    case "wanted":
      return resolveNode({ explicit: nodeSetting, cwd });
    case "named":
      return resolveNamedNode(choice.node, cwd);
    case "browse": {
      const path = await browseForNode(cwd, t);
      return path === undefined ? "none" : resolveNode({ explicit: path, cwd });
    }
  }
}

async function renew(renewal: {
  readonly context: CommandContext;
  readonly notifier: Notifier;
  readonly session: AppSession;
  readonly node: NodeProgram | undefined;
}): Promise<RenewalReport> {
  const { context, notifier, session, node } = renewal;
  const { t } = context;
  await saveEditors(session, t);
  const controller = new AbortController();
  const { signal } = controller;
  const over = session.renewSupervisor(node, signal);
  const offering = offerContinue({ context, notifier, session });
  const report = await followRenewal({
    session,
    title: t("Renewing the supervisor of {0}", session.name),
    cancel: () => controller.abort(),
    over,
    t,
  }).finally(() => offering.dispose());
  tellReport({ context, notifier, session, report, worker: undefined, wasCancelled: signal.aborted });
  return report;
}
