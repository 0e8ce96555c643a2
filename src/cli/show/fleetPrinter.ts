import type { FleetPlan } from "../../client/fleets/fleetPlan.ts";
import { stepNames } from "../../client/fleets/runFleet.ts";
import type { FleetRun, MachineRun, MachineStep } from "../../shared/machines/fleetRun.ts";
import type { CliContext } from "../cliContext.ts";
import { say } from "../command.ts";
import { printable } from "../terminal/units.ts";

/** Tells on stderr how far a fleet is, a line for each step and each line of a command's output. */
export interface FleetPrinter {
  change(run: FleetRun): void;
  output(machine: string, stream: "stdout" | "stderr", text: string): void;
  /** What goes on, while it does. */
  waitText(): string | undefined;
}

const over: readonly MachineStep[] = ["waiting", "done", "failed", "rolledBack"];

export function createFleetPrinter(context: CliContext, { fleet, groups }: FleetPlan): FleetPrinter {
  const { stderr } = context;
  const width = Math.max(...groups.flat().map(({ name }) => name.length));
  const told = new Map<string, MachineStep>();
  const open = new Map<string, string>();
  let latest: FleetRun | undefined;
  const line = (machine: string, text: string) => {
    if (stderr.isForPrograms !== true) {
      say(context, `${stderr.paint("cyan", machine.padEnd(width))} ${stderr.paint("dim", "│")} ${text}`);
    }
  };
  const step = (machine: MachineRun): string => {
    const { paint } = stderr;
    switch (machine.step) {
      case "failed":
        return `${paint("red", "✖")} ${printable(machine.reason ?? "failed")}`;
      case "done":
      case "rolledBack":
        return `${paint("green", "✔")} ${stepNames[machine.step]}`;
      case "deploying":
        return paint("dim", `deploying: ${printable((fleet.deploy ?? []).join(" "))}`);
      default:
        return paint("dim", stepNames[machine.step]);
    }
  };
  return {
    change(run) {
      latest = run;
      for (const machine of run.machines) {
        if (told.get(machine.name) !== machine.step) {
          told.set(machine.name, machine.step);
          if (machine.step !== "waiting") {
            line(machine.name, step(machine));
          }
        }
      }
    },
    output(machine, stream, text) {
      const key = `${machine} ${stream}`;
      const lines = ((open.get(key) ?? "") + text).split(/\r?\n/);
      open.set(key, lines.pop() ?? "");
      for (const one of lines) {
        line(machine, one);
      }
    },
    waitText() {
      const busy = latest?.machines.filter((machine) => !over.includes(machine.step)) ?? [];
      return busy.length === 0 ? undefined : busy.map(({ name, step: at }) => `${name}: ${stepNames[at]}`).join(" · ");
    },
  };
}
