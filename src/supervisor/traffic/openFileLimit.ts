/**
 * How many files and sockets this process may have open; `Infinity` where there is no limit (Windows) or it is unknown.
 * Takes some milliseconds.
 */
export function mostOpenFiles(): number {
  if (process.platform === "win32") {
    // A report has no limits there, and blocks for as long as Windows takes to load the symbols of all modules: `SymInitialize`
    // in Node's src/debug_utils.cc.
    return Number.POSITIVE_INFINITY;
  }
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
