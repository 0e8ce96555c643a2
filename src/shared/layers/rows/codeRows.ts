import type { Known, Row, RowStyle } from "./row.ts";
import { names, row, versioned } from "./row.ts";

export function codeRows({ facts }: Known, { t, count, bytes }: RowStyle): Row[] {
  if (facts === undefined) {
    return [];
  }
  const { entry, commit, modules, packages, own, esm, cjs, unlisted, sourceMaps, esmCostMs } = facts.code;
  const inPackages = packages.reduce((sum, each) => sum + each.modules, 0);
  const bytesOfPackages = packages.reduce((sum, each) => sum + each.bytes, 0);
  return [
    ...row("entry", t("Entry"), { name: entry, at: { file: entry } }),
    ...row("commit", t("Commit"), commit === undefined ? t("not in a repository") : { name: commit }),
    ...row("own", t("Own modules"), count(own.modules), bytes(own.bytes)),
    ...row("packages", t("Packages"), count(packages.length), bytes(bytesOfPackages)),
    ...row(
      "modules",
      t("All modules"),
      count(modules.length + unlisted),
      t("{0} of packages", count(inPackages)),
      t("{0} CommonJS", count(cjs)),
      esmCostMs === undefined ? t("{0} ES modules", count(esm)) : undefined,
      t("{0} JSON", count(modules.filter(({ kind }) => kind === "json").length)),
    ),
    ...row("unlisted", t("Not listed"), unlisted === 0 ? undefined : t("{0} modules", count(unlisted))),
    ...row(
      "esmUnlisted",
      t("ES modules"),
      esmCostMs === undefined
        ? undefined
        : t("not listed: listing them would block the worker for about {0} ms", count(esmCostMs)),
    ),
    ...row("maps", t("Source maps"), sourceMaps ? t("on") : t("off")),
  ];
}

/** Largest package first. */
export function codeLists({ facts }: Known): Row[] {
  const { packages = [], environmentNames = [] } = facts?.code ?? {};
  const largest = [...packages].sort((a, b) => b.bytes - a.bytes).map(({ name, version }) => versioned(name, version));
  return [
    ...names("packageNames", "Packages by size", largest, 8),
    ...names("environment", "Environment (names only)", environmentNames, 8),
  ];
}
