/** When a release line of Node.js changes its state; days as `YYYY-MM-DD`. */
export interface NodeRelease {
  readonly line: number;
  readonly start: string;
  /** First day as Active LTS; absent for lines that never become LTS. */
  readonly lts?: string;
  /** First day in maintenance. */
  readonly maintenance?: string;
  readonly end: string;
  /** Name of the LTS line. */
  readonly codename?: string;
}

/** From `schedule.json` of https://github.com/nodejs/Release. */
export const nodeReleases: readonly NodeRelease[] = [
  {
    line: 18,
    start: "2022-04-19",
    lts: "2022-10-25",
    maintenance: "2023-10-18",
    end: "2025-04-30",
    codename: "Hydrogen",
  },
  { line: 19, start: "2022-10-18", maintenance: "2023-04-01", end: "2023-06-01" },
  { line: 20, start: "2023-04-18", lts: "2023-10-24", maintenance: "2024-10-22", end: "2026-04-30", codename: "Iron" },
  { line: 21, start: "2023-10-17", maintenance: "2024-04-01", end: "2024-06-01" },
  { line: 22, start: "2024-04-24", lts: "2024-10-29", maintenance: "2025-10-21", end: "2027-04-30", codename: "Jod" },
  { line: 23, start: "2024-10-16", maintenance: "2025-04-01", end: "2025-06-01" },
  {
    line: 24,
    start: "2025-05-06",
    lts: "2025-10-28",
    maintenance: "2026-10-20",
    end: "2028-04-30",
    codename: "Krypton",
  },
  { line: 25, start: "2025-10-15", maintenance: "2026-04-01", end: "2026-06-01" },
  { line: 26, start: "2026-04-22", lts: "2026-10-28", maintenance: "2027-10-20", end: "2029-04-30" },
];

export interface ReleaseState {
  readonly status: "Current" | "Active LTS" | "Maintenance LTS" | "Maintenance" | "End of life";
  readonly codename?: string;
  readonly endOfLife: string;
}

/**
 * The state of a version's line on a day.
 * @param version As `process.version`.
 * @param now Epoch milliseconds.
 * @returns `undefined` for a line that is not in the table, or for a day before it began.
 */
export function releaseState(version: string, now: number): ReleaseState | undefined {
  const line = Number(/^v?(\d+)\./.exec(version)?.[1]);
  const release = nodeReleases.find((known) => known.line === line);
  const today = new Date(now).toISOString().slice(0, 10);
  if (release === undefined || today < release.start) {
    return undefined;
  }
  const { lts, maintenance, end, codename } = release;
  const named = codename === undefined ? {} : { codename };
  return { status: statusOn(today, { lts, maintenance, end }), ...named, endOfLife: end };
}

function statusOn(
  today: string,
  { lts, maintenance, end }: { lts: string | undefined; maintenance: string | undefined; end: string },
): ReleaseState["status"] {
  if (today >= end) {
    return "End of life";
  }
  if (maintenance !== undefined && today >= maintenance) {
    return lts === undefined ? "Maintenance" : "Maintenance LTS";
  }
  return lts !== undefined && today >= lts ? "Active LTS" : "Current";
}
