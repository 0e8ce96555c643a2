/**
 * The addons known to the system's loader, including those not loaded by `require`. Only where there is no other
 * source: on Linux the supervisor asks the kernel. A report takes some milliseconds, and without `excludeNetwork` (Node
 * 20.13 and 22) it would resolve the names of all peers, which may take seconds.
 */
export function sharedAddons(): string[] {
  const { report } = process;
  if (process.platform === "linux" || report === undefined || !("excludeNetwork" in report)) {
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
