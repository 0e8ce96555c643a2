import type { Known, Row, RowStyle } from "./row.ts";
import { row } from "./row.ts";

/** The machine and its limits. */
export function machineRows({ facts }: Pick<Known, "facts">, { t, count, bytes, decimal }: RowStyle): Row[] {
  if (facts === undefined) {
    return [];
  }
  const { platform, release, arch, cpus, cpuModel, availableCpus, memoryTotal, memoryLimit, cpuLimit, fileLimit } =
    facts.os;
  return [
    ...row("system", t("System"), { name: `${platform} ${release} ${arch}` }),
    ...row("cpu", t("CPU"), { name: `${count(cpus)} × ${cpuModel}` }),
    ...row("usable", t("CPUs it may use"), count(availableCpus)),
    ...row("cpuLimit", t("CPU limit"), cpuLimit === undefined ? t("None") : decimal(cpuLimit)),
    ...row("memory", t("Memory"), bytes(memoryTotal)),
    ...row("memoryLimit", t("Memory limit"), memoryLimit === undefined ? t("None") : bytes(memoryLimit)),
    ...row("fileLimit", t("Open file limit"), fileLimit === undefined ? t("unknown") : count(fileLimit)),
  ];
}

/** What the worker uses of it: CPU over the last second; counters since it started. */
export function useRows({ pulse }: Pick<Known, "pulse">, { t, count, bytes, percent }: RowStyle): Row[] {
  if (pulse === undefined) {
    return [];
  }
  const { os } = pulse;
  return [
    ...row("use", t("CPU time"), t("{0} user", percent(os.cpuUser)), t("{0} system", percent(os.cpuSystem))),
    ...row(
      "switches",
      t("Context switches"),
      t("{0} voluntary", count(os.voluntarySwitches)),
      t("{0} involuntary", count(os.involuntarySwitches)),
    ),
    ...row("rss", t("Memory (RSS)"), bytes(os.rss)),
    ...row("faults", t("Page faults"), t("{0} minor", count(os.minorFaults)), t("{0} major", count(os.majorFaults))),
    ...row("files", t("Open files"), os.files === undefined ? undefined : count(os.files)),
    ...row("fileAccess", t("File access"), t("{0} reads", count(os.fsReads)), t("{0} writes", count(os.fsWrites))),
  ];
}
