import { isClockOff, isUsable, type MachineView } from "../../client/machines/lookAtMachines.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import type { Paint } from "../terminal/paint.ts";
import { type Cell, table } from "../terminal/table.ts";
import { byteCount, duration, printable } from "../terminal/units.ts";
import { errorText } from "./statusTexts.ts";

const headings = ["MACHINE", "STATE", "HITLESS", "NODE.JS", "LOAD", "FREE MEMORY", "ANSWERS IN", "APPS"];

/** In the column of the state; what else can go wrong is `failed`. */
const states: Readonly<Partial<Record<ErrorCode, string>>> = {
  machineUnreachable: "unreachable",
  keyRefused: "key refused",
  hostKeyUnknown: "host key unknown",
  hostKeyChanged: "host key changed",
  hitlessMissing: "no Hitless",
  protocolMismatch: "other version",
  deadline: "no answer",
  connectionLost: "connection lost",
  appNotFound: "no app",
};

/** Why a machine, or an app there, can't be used: the words of a table. */
export function failureState(code: ErrorCode | undefined): string {
  return (code === undefined ? undefined : states[code]) ?? "failed";
}

/** Machines, one per row. */
export function machinesTable(views: readonly MachineView[], paint: Paint): string {
  return table(headings, views.map(row), paint);
}

function row(view: MachineView): Cell[] {
  const { machine, there, error } = view;
  const name: Cell = { text: machine.name, style: "bold" };
  if (there === undefined) {
    return [
      name,
      { text: failureState(error?.code), style: isUsable(view) ? "dim" : "red" },
      ...headings.slice(2).map(() => ({ text: "–" })),
    ];
  }
  const { greeting, facts, apps, roundTripMs } = there;
  return [
    name,
    isClockOff(there) ? { text: "clock off", style: "yellow" } : { text: "reachable", style: "green" },
    { text: printable(greeting.version) },
    { text: printable(greeting.nodeVersion) },
    { text: facts.load === undefined ? "–" : `${facts.load.toFixed(2)} of ${facts.cores}` },
    { text: `${byteCount(facts.memory.free)} of ${byteCount(facts.memory.total)}` },
    { text: duration(roundTripMs) },
    { text: apps.length === 0 ? "–" : printable(apps.join(", ")) },
  ];
}

/** What the row has no room for: why a machine can't be used, and a clock that is off. */
export function machineNotes(view: MachineView, paint: Paint): string[] {
  const { machine, there, error, balancerOf = [] } = view;
  if (error !== undefined && isUsable(view)) {
    return [paint("dim", `${machine.name} needs no Hitless: it is only the balancer of ${balancerOf.join(", ")}`)];
  }
  if (error !== undefined) {
    return [errorText(error, paint)];
  }
  if (there === undefined || !isClockOff(there)) {
    return [];
  }
  const { clockOffsetMs } = there;
  const direction = clockOffsetMs > 0 ? "ahead of" : "behind";
  const text = `the clock of ${machine.name} is ${duration(Math.abs(clockOffsetMs))} ${direction} this one; its times are shown corrected. Let it keep the time (NTP).`;
  return [`${paint("yellow", "!")} ${text}`];
}
