import type { Table } from "../figures.ts";
import { inUnit, type SoakResult } from "./runSoak.ts";

/** Their names in the results that are kept. */
export const soakTableNames = ["soak-renewals", "soak-clients", "soak-growth"] as const;

/** What of a run goes to a person. @param load The load average of the last five minutes. */
export function soakTables(result: SoakResult, load: number): readonly (readonly [name: string, table: Table])[] {
  const [first, second, third] = soakTableNames;
  return [
    [first, renewals(result, load)],
    [second, clients(result)],
    [third, growth(result)],
  ];
}

function renewals({ renewals: counts, minutes, seed, reports }: SoakResult, load: number): Table {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    title: `Soak: ${total.toLocaleString("en")} renewals of all kinds in ${minutes.toFixed(1)} minutes`,
    about:
      `One after the other, in an order that seed ${seed} decides, with two to four workers, under clients of every protocol; load average ` +
      `at the end ${load.toFixed(1)}. Watching, health checks, log files (rotated and compressed) and maxMemory are on. In the middle part the ` +
      `supervisor itself is renewed. Of ${reports.count} reports ${reports.clean} say that nobody lost anything; all together tell of ` +
      `${reports.failed} failed requests, ${reports.cut} connections cut, ${reports.crashed} workers that crashed meanwhile, ` +
      `${reports.handedOver.toLocaleString("en")} connections handed over and ${reports.closed.toLocaleString("en")} closed politely.`,
    columns: ["kind", "renewals"],
    rows: Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([kind, count]) => [kind, String(count)]),
  };
}

function clients({ clients: all, untold }: SoakResult): Table {
  return {
    title: "Soak: what its clients had",
    about:
      "Failed are requests without a complete, correct answer, those in the gap of a restart and those of workers that were killed or have crashed included; " +
      "refused are those of them that found nobody listening. " +
      `Requests lost while no report and no event told of a loss: ${untold.length}.`,
    columns: ["client", "connections", "asked", "failed", "of these refused", "asked again", "reopened"],
    rows: all.map(({ name, connections, asked, failed, refused, again, reopened }) => [
      name,
      ...[connections, asked, failed, refused, again, reopened].map(String),
    ]),
  };
}

function growth({ growths }: SoakResult): Table {
  const shown = growths.filter(({ what, slope }) => !/^(?:handles|descriptors): /.test(what) || slope !== 0);
  return {
    title: "Soak: what grew",
    about:
      "After garbage collection, while nothing is renewed. Slope: the median of the slopes between any two samples (Theil–Sen), in 100 renewals, or in one upgrade; " +
      "of each series the first third is left out, and of memory the first 100 renewals, while V8 compiles and histories of bounded length fill up. " +
      "Beyond the bound the run fails; without one, a supervisor did not live for long enough to be judged.",
    columns: ["what", "when", "samples", "first", "last", "slope", "bound"],
    rows: shown.map(({ what, when, samples, first, last, slope, bound, unit, isBeyond }) => [
      what,
      when,
      String(samples),
      inUnit(first, unit),
      inUnit(last, unit),
      `${inUnit(slope, unit)}${isBeyond ? " (!)" : ""}`,
      bound === undefined ? "–" : inUnit(bound, unit),
    ]),
  };
}
