import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { CommandResult } from "../../../src/client/machines/runCommand.ts";
import type { FleetRun } from "../../../src/shared/machines/fleetRun.ts";
import { type Lab, machines } from "./lab.ts";

const fleetMs = 180_000;

/** The fleets of a project on the laptop, driven by the command line as a person does it there. */
export interface LabFleets {
  /** Runs `hitless fleet …` to its end. */
  run(...argv: readonly string[]): Promise<CommandResult>;
  /** The report of one with `--json`. */
  report(
    ...argv: readonly string[]
  ): Promise<{ readonly code: number; readonly run: FleetRun; readonly stderr: string }>;
  /** Starts one, which is not waited for. */
  start(...argv: readonly string[]): FleetProcess;
}

export interface FleetProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it has written to both streams so far. */
  output(): string;
  readonly ended: Promise<number | null>;
}

/**
 * Writes a project with these fleets of the app on all machines.
 * @param fleets What differs from `{ app, machines }`, by their names.
 */
export function labFleets(lab: Lab, fleets: Readonly<Record<string, object>>): LabFleets {
  const all: (readonly [string, unknown])[] = [...lab.machines, lab.nginx].map(({ name }) => [name, name]);
  // A balancer needs no Hitless.
  all.push([lab.haproxy.name, { ssh: lab.haproxy.name, hitless: "/nowhere/hitless" }]);
  const common = { app: "shop", machines: machines.map(({ name }) => name) };
  const whole = Object.entries(fleets).map(([name, fleet]) => [name, { ...common, ...fleet }]);
  const project = { machines: Object.fromEntries(all), fleets: Object.fromEntries(whole) };
  writeFileSync(join(lab.folder, "hitless.json"), JSON.stringify(project, undefined, 2));
  const words = (argv: readonly string[]) => ["env", `--chdir=${lab.folder}`, "hitless", "fleet", ...argv];
  const run: LabFleets["run"] = (...argv) => lab.laptop.run(words(argv), { deadlineMs: fleetMs });
  return {
    run,
    async report(...argv) {
      const { code, stdout, stderr } = await run(...argv, "--json");
      try {
        return { code, run: JSON.parse(stdout) as FleetRun, stderr };
      } catch {
        throw new Error(`hitless fleet ${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
      }
    },
    start(...argv) {
      const child = lab.laptop.start(words(argv));
      let said = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
        });
      }
      return { child, output: () => said, ended: once(child, "exit").then(([code]) => code as number | null) };
    },
  };
}

/** How far each machine came, such as `web1 done, web2 failed at deploying, web3 waiting`. */
export function shownRun({ machines: all }: FleetRun): string {
  return all
    .map(({ name, step, failedAt }) => `${name} ${step}${failedAt === undefined ? "" : ` at ${failedAt}`}`)
    .join(", ");
}
