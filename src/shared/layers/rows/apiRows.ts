import type { Translate } from "../../translate.ts";
import type { Known, Row, RowStyle } from "./row.ts";
import { names, placeOf, row } from "./row.ts";

export function apiRows({ facts, pulse }: Known, { t, decimal, milliseconds }: RowStyle): Row[] {
  const { requestsPerSecond: rate, latencyP50, latencyP99 } = pulse?.api ?? {};
  return [
    ...(facts === undefined ? [] : releaseRows(facts, t)),
    ...row("requests", t("Requests"), rate === undefined ? undefined : t("{0} per second", decimal(rate))),
    ...row(
      "latency",
      t("Latency"),
      latencyP50 === undefined ? undefined : t("median {0}", milliseconds(latencyP50)),
      latencyP99 === undefined ? undefined : t("p99 {0}", milliseconds(latencyP99)),
    ),
  ];
}

function releaseRows({ api, takenAt }: NonNullable<Known["facts"]>, t: Translate): Row[] {
  const { version, codename, status, endOfLife, flags } = api;
  const end = isEnded(endOfLife, takenAt) ? t("{0} (no longer receives fixes)", endOfLife ?? "") : endOfLife;
  const flagRow = names("flags", t("Flags"), flags, 40);
  return [
    ...row("version", t("Version"), { name: codename === undefined ? version : `${version} “${codename}”` }),
    ...row("status", t("Release"), status === undefined ? t("unknown") : releaseWord(status, t)),
    ...row("end", t("End of life"), end ?? t("unknown")),
    ...(flagRow.length === 0 ? row("flags", t("Flags"), t("None")) : flagRow),
  ];
}

export function apiLists({ facts }: Known): Row[] {
  const { builtins = [], warnings = [] } = facts?.api ?? {};
  return [
    ...names("builtins", "Built-in modules", builtins, 40),
    ...warnings.flatMap(({ name, code, message, at, count }) =>
      row(
        "warning",
        "Warning",
        { name: `${code === undefined ? name : `${name} ${code}`}: ${message}` },
        `${count} ×`,
        at && placeOf(at),
      ),
    ),
  ];
}

/** A release line's state; an unknown one of a newer supervisor is left untranslated. */
export function releaseWord(status: string, t: Translate): string {
  const words: Readonly<Record<string, string>> = {
    Current: t("Current"),
    "Active LTS": t("Active LTS"),
    "Maintenance LTS": t("Maintenance LTS"),
    Maintenance: t("Maintenance"),
    "End of life": t("End of life"),
  };
  return Object.hasOwn(words, status) ? (words[status] ?? status) : status;
}

/** @param endOfLife `YYYY-MM-DD`. */
export function isEnded(endOfLife: string | undefined, at: number | undefined): boolean {
  return endOfLife !== undefined && at !== undefined && Date.parse(endOfLife) < at;
}
