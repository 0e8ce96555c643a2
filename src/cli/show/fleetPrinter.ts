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

/** Characters of a line of output that are shown. */
const longestLine = 4_096;

/** Of an unfinished line, what may still be shown. */
function keptOf(text: string): string {
  const begin = text.lastIndexOf("\r", text.length - 2) + 1;
  return text.slice(begin, begin + longestLine + 1);
}

export function createFleetPrinter(context: CliContext, { fleet, machines }: FleetPlan): FleetPrinter {
  const { stderr } = context;
  const width = Math.max(...machines.map(({ name }) => name.length));
  const told = new Map<string, MachineStep>();
  const open = new Map<string, { machine: string; text: string }>();
  let latest: FleetRun | undefined;
  const line = (machine: string, text: string) => {
    if (stderr.isForPrograms !== true) {
      say(context, `${stderr.paint("cyan", machine.padEnd(width))} ${stderr.paint("dim", "│")} ${text}`);
    }
  };
  /** A line that a program draws again and again counts as it was last. */
  const outputLine = (machine: string, text: string) => {
    const drawn = text.split("\r").findLast((one) => one !== "") ?? "";
    line(machine, drawn.length > longestLine ? `${drawn.slice(0, longestLine)} …` : drawn);
  };
  /** What a program wrote last without the end of a line. */
  const finishLines = (machine: string) => {
    for (const [key, unfinished] of open) {
      if (unfinished.machine === machine) {
        open.delete(key);
        if (unfinished.text !== "") {
          outputLine(machine, unfinished.text);
        }
      }
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
          finishLines(machine.name);
          if (machine.step !== "waiting") {
            line(machine.name, step(machine));
          }
        }
      }
    },
    output(machine, stream, text) {
      const key = `${machine} ${stream}`;
      const before = open.get(key)?.text ?? "";
      const [first = "", ...others] = text.split("\n");
      // What is beyond the longest line is shown by nobody, and not kept.
      const lines = [before.length > longestLine ? before : before + first, ...others];
      const unfinished = lines.pop() ?? "";
      open.set(key, { machine, text: keptOf(unfinished) });
      for (const one of lines) {
        outputLine(machine, one);
      }
    },
    waitText() {
      const busy = latest?.machines.filter((machine) => !over.includes(machine.step)) ?? [];
      return busy.length === 0 ? undefined : busy.map(({ name, step: at }) => `${name}: ${stepNames[at]}`).join(" · ");
    },
  };
}
