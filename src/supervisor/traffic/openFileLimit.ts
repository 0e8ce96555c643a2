/**
 * How many files and sockets this process may have open; `Infinity` where there is no limit (Windows) or it is unknown.
 * Takes some milliseconds.
 */
export function mostOpenFiles(): number {
  const { report } = process;
  if ("excludeNetwork" in report) {
    // Otherwise the report queries the name servers for the address of every connection.
    Reflect.set(report, "excludeNetwork", true);
  }
  const limits: unknown = Reflect.get(report.getReport(), "userLimits");
  const files: unknown = typeof limits === "object" && limits !== null ? Reflect.get(limits, "open_files") : undefined;
  const soft: unknown = typeof files === "object" && files !== null ? Reflect.get(files, "soft") : undefined;
  return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
}
