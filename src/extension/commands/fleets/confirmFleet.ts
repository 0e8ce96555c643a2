import { window } from "vscode";
import type { FleetPlan } from "../../../client/fleets/fleetPlan.ts";
import type { Localize } from "../../platform/localize.ts";
import { fleetAction, fleetQuestion } from "../../presentation/fleetWords.ts";

/**
 * Asks before a fleet is touched: names app and machines, in which order, and what is done on each.
 * @param everywhere For a rollback: the plan that goes back on all machines, where that is another one.
 * @returns The plan that was agreed to; `undefined` for none.
 */
export async function confirmFleet(
  plan: FleetPlan,
  t: Localize,
  everywhere?: FleetPlan,
): Promise<FleetPlan | undefined> {
  const nothingNew = plan.groups.length === 0;
  const asked = nothingNew ? (everywhere ?? plan) : plan;
  const { fleet, kind, groups } = asked;
  const names = groups.flat().map(({ name }) => name);
  const text = fleetQuestion(kind, { app: fleet.app, machines: names.join(", ") }, t);
  const detail = [
    confirmationDetail(asked, t),
    ...(nothingNew
      ? [t("No machine has anything new of the last renewal: going back takes the release that each has.")]
      : []),
  ].join("\n\n");
  const action = fleetAction(kind, t);
  const onAll = t("Roll Back All Machines");
  const actions = [...(nothingNew ? [] : [action]), ...(everywhere === undefined ? [] : [onAll])];
  const chosen = await window.showWarningMessage(text, { modal: true, detail }, ...actions);
  return chosen === action ? plan : chosen === onAll ? everywhere : undefined;
}

function confirmationDetail({ fleet, kind, groups, leftOut }: FleetPlan, t: Localize): string {
  const { deploy, rollback, verify, balancer, pause, onFailure } = fleet;
  const program = kind === "rollback" ? rollback : deploy;
  return [
    groups.map((group, index) => `${index + 1}. ${group.map(({ name }) => name).join(", ")}`).join("\n"),
    ...(leftOut.length === 0
      ? []
      : [
          t(
            "Not touched, since there is nothing new of the last renewal: {0}. Going back there would take the release that they have.",
            leftOut.map(({ machine }) => machine).join(", "),
          ),
        ]),
    ...(kind === "rollback" && rollback === undefined
      ? [t("On each: a reload with the settings of the generation before.")]
      : []),
    ...(program === undefined ? [] : [t("On each, first: {0}", program.join(" "))]),
    ...(kind === "restart" ? [restartWords(balancer?.kind ?? "none", t)] : []),
    ...(verify === undefined ? [] : [t("On each, after it: {0} must answer {1}.", verify.url, verify.status)]),
    ...(pause === 0 ? [] : [t("Between two machines: {0} s.", String(pause / 1_000))]),
    kind !== "rollback" && onFailure === "rollback"
      ? t("The first failure stops it, and what was renewed goes back.")
      : t("The first failure stops it."),
  ].join("\n\n");
}

function restartWords(kind: string, t: Localize): string {
  return kind === "none"
    ? t("Each machine refuses its clients until its new workers are ready: nothing takes it out of the balancer.")
    : t("Each machine is out of its balancer ({0}) meanwhile.", kind);
}
