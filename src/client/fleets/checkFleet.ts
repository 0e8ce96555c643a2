import { relative } from "node:path/posix";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import type { AppState } from "../../shared/snapshot.ts";
import { count } from "../../shared/text/count.ts";
import { withinSentence } from "../../shared/text/withinSentence.ts";
import type { Balancer } from "../balancers/balancer.ts";
import { isClockOff } from "../machines/lookAtMachines.ts";
import { type FoundMember, isReady, type Member } from "./fleetMembers.ts";
import type { FleetPlan } from "./fleetPlan.ts";

/** Something that was found before anything was touched. */
export interface FleetProblem {
  /** Absent for what concerns the whole fleet. */
  readonly machine?: string;
  /** `error`: nothing is touched until it is mended. */
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly detail?: readonly string[];
}

/** Bytes that have to be free where the app is: a release, its logs. */
const leastFree = 128 * 1_048_576;
const askMs = 10_000;

export interface FleetCheck {
  readonly problems: readonly FleetProblem[];
  /**
   * Names of machines that do not serve as they should: no worker is ready, the app is degraded, or the verify address
   * answers otherwise. For a rollback only the first counts: the rest is why one goes back.
   */
  readonly ill: readonly string[];
}

/** Looks at all that could be in the way of a plan; touches nothing. */
export async function checkFleet(
  plan: FleetPlan,
  found: readonly FoundMember[],
  balancer: Balancer | undefined,
): Promise<FleetCheck> {
  const members = found.flatMap(({ member }) => (member === undefined ? [] : [member]));
  const each = await Promise.all(found.map((one) => checkMember(plan, one)));
  const ill = each.flatMap(({ isIll }, index) => (isIll ? (found[index]?.machine.name ?? []) : []));
  return {
    problems: [
      ...each.flatMap(({ problems }) => problems),
      ...sameTwice(members),
      ...sameEverywhere(members),
      ...enoughServe(plan, members, ill),
      ...(await checkBalancer(plan, balancer)),
    ],
    ill,
  };
}

/** What a renewal can mend. */
const renewable: readonly AppState[] = ["running", "degraded", "crash-looping"];

async function checkMember(
  { fleet, kind, groups }: FleetPlan,
  { machine, member, error }: FoundMember,
): Promise<{ readonly problems: FleetProblem[]; readonly isIll: boolean }> {
  const problems: FleetProblem[] = [];
  const isTouched = groups.flat().some(({ name }) => name === machine.name);
  const say = (severity: FleetProblem["severity"], message: string, detail?: readonly string[]) =>
    problems.push({ machine: machine.name, severity, message, ...(detail !== undefined && { detail }) });
  if (member === undefined) {
    const { message, detail } = error ?? new HitlessError("internal", "It is not connected.");
    say("error", message, detail);
    return { problems, isIll: false };
  }
  const { connection, client, endpoint } = member;
  const { app, renewal } = client.snapshot;
  const ready = readyCount(client.snapshot);
  let isIll = !isReady(member);
  if (renewal !== undefined) {
    say("error", `${fleet.app} is being renewed on ${machine.name} already.`);
  } else if (app.state !== "running") {
    const why = app.failure === undefined ? "" : ` (${withinSentence(app.failure.message)})`;
    isIll ||= kind !== "rollback";
    // What is ill may be why one goes back, or what the renewal is to mend.
    say(
      renewable.includes(app.state) || kind === "rollback" ? "warning" : "error",
      `${fleet.app} is ${app.state} on ${machine.name}, with ${ready} of ${count(app.desiredWorkers, "worker")} ready${why}.`,
    );
  }
  if (kind === "rollback" && isTouched && fleet.rollback === undefined && app.generation <= 1) {
    say("error", `${fleet.app} has no previous generation on ${machine.name} to go back to.`);
  }
  if (isClockOff(connection)) {
    say("warning", `The clock of ${machine.name} is off by ${Math.round(connection.clockOffsetMs / 1_000)} s.`);
  }
  try {
    const { free } = await connection.request("disk", { path: endpoint.root });
    if (free < leastFree) {
      say(
        "error",
        `${machine.name} has only ${Math.round(free / 1_048_576)} MiB free where ${endpoint.root} is; at least ${leastFree / 1_048_576} are needed.`,
      );
    }
    if (fleet.verify !== undefined) {
      const { url, status } = fleet.verify;
      const answer = await connection.request("ask", { url, deadlineMs: askMs });
      if (answer.status !== status) {
        isIll ||= kind !== "rollback";
        say(
          "warning",
          `${url} does not answer ${status} on ${machine.name} before anything was changed, but ${answerText(answer)}.`,
        );
      }
    }
  } catch (thrown) {
    say("error", toHitlessError(thrown).message);
  }
  if (isIll && isTouched && kind !== "rollback") {
    say("warning", `${machine.name} is renewed first, and does not count as serving before.`);
  }
  return { problems, isIll };
}

export function answerText({
  status,
  problem,
}: {
  readonly status?: number | undefined;
  readonly problem?: string | undefined;
}): string {
  return status === undefined ? `not at all (${problem ?? "no reason is known"})` : `${status}`;
}

/** Two names for one app: a fleet of them has one machine less than it seems, and none would serve on. */
function sameTwice(members: readonly Member[]): FleetProblem[] {
  return [...grouped(members, ({ endpoint }) => endpoint.secret).values()]
    .filter((names) => names.length > 1)
    .map((names) => ({
      severity: "error",
      message: `${names.join(" and ")} are the same machine, with the same app; name it once.`,
    }));
}

/** It must be one app; that its machines differ in their Node.js is worth a word. */
function sameEverywhere(members: readonly Member[]): FleetProblem[] {
  const entries = grouped(members, ({ client: { snapshot } }) => relative(snapshot.app.root, snapshot.app.entry));
  const nodes = grouped(members, ({ client }) => client.snapshot.supervisor.nodeVersion);
  const versions = grouped(members, ({ client }) => client.snapshot.supervisor.version);
  return [
    ...(entries.size > 1
      ? [{ severity: "error" as const, message: `It is not the same app everywhere: ${groupsText(entries)}.` }]
      : []),
    ...(nodes.size > 1
      ? [{ severity: "warning" as const, message: `The versions of Node.js differ: ${groupsText(nodes)}.` }]
      : []),
    ...(versions.size > 1
      ? [{ severity: "warning" as const, message: `The versions of Hitless differ: ${groupsText(versions)}.` }]
      : []),
  ];
}

/** Of every machine that is touched another one must serve meanwhile; one that is ill may become that one. */
function enoughServe(
  { groups, machines }: FleetPlan,
  members: readonly Member[],
  ill: readonly string[],
): FleetProblem[] {
  const healthy = members.filter((member) => isReady(member) && !ill.includes(member.machine.name)).length;
  const touched = groups.flat().map(({ name }) => name);
  const mended = members.filter(({ machine }) => ill.includes(machine.name) && touched.includes(machine.name)).length;
  return healthy >= 2 || (healthy === 1 && mended >= 1)
    ? []
    : [
        {
          severity: "error",
          message: `Only ${healthy} of ${machines.length} machines serve, and the last one that does is never touched.`,
        },
      ];
}

/**
 * A reload keeps the machine serving, so only a restart asks the balancer. Where nobody is about to restart, a fleet that
 * names neither a balancer nor a pause is one that is only reloaded.
 */
async function checkBalancer(
  { fleet, kind, isLook }: FleetPlan,
  balancer: Balancer | undefined,
): Promise<FleetProblem[]> {
  if (kind !== "restart" || balancer === undefined) {
    return [];
  }
  try {
    await balancer.check(fleet.machines);
    return [];
  } catch (thrown) {
    const { message, detail } = toHitlessError(thrown);
    return isLook && fleet.balancer === undefined && fleet.pause === 0
      ? [{ severity: "warning", message: `A restart would be refused: ${message}`, detail }]
      : [{ severity: "error", message, detail }];
  }
}

function grouped(members: readonly Member[], key: (member: Member) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const member of members) {
    groups.set(key(member), [...(groups.get(key(member)) ?? []), member.machine.name]);
  }
  return groups;
}

/** `v24.1.0 on web1, web2; v22.3.0 on web3` */
function groupsText(groups: ReadonlyMap<string, readonly string[]>): string {
  return [...groups].map(([what, names]) => `${what} on ${names.join(", ")}`).join("; ");
}
