/**
 * The addons known to the system's loader, including those not loaded by `require`. Only where there is no other
 * source: on Linux the supervisor asks the kernel. A report takes some milliseconds, and without `excludeNetwork` (Node
 * 20.13 and 22) it would resolve the names of all peers, which may take seconds. On Windows it does take seconds, and the app
 * with it: the symbols of all modules are loaded for each (`SymInitialize` in Node's src/debug_utils.cc).
 */
export function sharedAddons(): string[] {
  const { report } = process;
  const isSlow = process.platform === "win32";
  if (process.platform === "linux" || isSlow || report === undefined || !("excludeNetwork" in report)) {
    return [];
  }
  const before: unknown = Reflect.get(report, "excludeNetwork");
  Reflect.set(report, "excludeNetwork", true);
  try {
    const { sharedObjects } = report.getReport() as { readonly sharedObjects?: readonly unknown[] };
    return (sharedObjects ?? []).filter((file): file is string => typeof file === "string" && file.endsWith(".node"));
  } finally {
    Reflect.set(report, "excludeNetwork", before);
  }
}
