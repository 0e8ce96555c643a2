import { ProgressLocation, window } from "vscode";
import type { FleetSession } from "../../../client/fleets/fleetSession.ts";
import type { NamedFleet } from "../../apps/machines/machineRegistry.ts";
import { type FleetInspection, inspectionDocument } from "../../presentation/fleetDocuments.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "../tell/notify.ts";
import { pickFleet } from "./pickFleet.ts";

/**
 * Checks the machines of a fleet as before a restart, and its balancer's configuration: what is wrong is shown as a document, and
 * what the fleet's own settings can mend as a problem of their file. Touches nothing.
 */
export async function checkOneFleet(context: CommandContext, target: CommandTarget, notifier: Notifier): Promise<void> {
  const { reports, fleetFindings, t } = context;
  const chosen = await pickFleet(context, target, t("Select the fleet to check"));
  if (chosen === undefined) {
    return;
  }
  const { name } = chosen.fleet;
  const title = t("Checking the fleet {0}", name);
  const inspection = await window.withProgress(
    { location: ProgressLocation.Notification, cancellable: true, title },
    async (progress, token) => {
      const giveUp = new AbortController();
      const listening = token.onCancellationRequested(() => giveUp.abort());
      try {
        const tell = (message: string) => progress.report({ message });
        return await inspect(context, chosen, { tell, signal: giveUp.signal });
      } finally {
        listening.dispose();
      }
    },
  );
  if (inspection === undefined) {
    return;
  }
  await fleetFindings.show(chosen, inspection.findings);
  const count = inspection.problems.length + inspection.findings.length;
  const time = new Date().toLocaleTimeString();
  if (count === 0) {
    notifier.message("info", t("Nothing is in the way of the fleet “{0}”.", name), []);
  } else {
    await reports.open(t("Check of {0}, {1}", name, time), inspectionDocument(inspection, t));
  }
}

interface Inspecting {
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
}

/** `undefined` when the person gave up. */
async function inspect(
  { version, t }: CommandContext,
  { settings, fleet }: NamedFleet,
  { tell, signal }: Inspecting,
): Promise<FleetInspection | undefined> {
  const [{ planFleet }, { FleetSession }, { inspectBalancer }] = await Promise.all([
    import("../../../client/fleets/fleetPlan.ts"),
    import("../../../client/fleets/fleetSession.ts"),
    import("../../../client/fleets/inspectBalancer.ts"),
  ]);
  const plan = planFleet(settings, fleet.name, "restart", { isLook: true });
  tell(t("connecting"));
  const session: FleetSession = await FleetSession.open({
    settings,
    plan,
    identity: { name: "vscode", version },
    signal,
  });
  try {
    tell(t("checking the machines"));
    const [problems, keepAlive] = await Promise.all([session.check(), session.readKeepAlive()]);
    tell(t("reading the configuration of the balancer"));
    const { findings, problems: more } = await inspectBalancer(session, keepAlive);
    return signal.aborted ? undefined : { fleet: fleet.name, problems: [...problems, ...more], findings, keepAlive };
  } finally {
    session.dispose();
  }
}
