import type { LayerFacts } from "../../shared/layers/facts.ts";

export type DifferenceGroup = "code" | "runtime" | "packages" | "environment" | "addons";

/** Something that only one of two workers has, or that differs between them. */
export interface Difference {
  readonly group: DifferenceGroup;
  readonly name: string;
  /** Absent: this worker does not have it. */
  readonly left: string | undefined;
  readonly right: string | undefined;
}

const groups: readonly DifferenceGroup[] = ["code", "runtime", "packages", "environment", "addons"];

/** What differs between two workers, in the order of the groups; of environment variables only whether they exist. */
export function differences(left: LayerFacts, right: LayerFacts): Difference[] {
  return groups.flatMap((group) => {
    const one = entriesOf(left, group);
    const other = entriesOf(right, group);
    const names = [...new Set([...one.keys(), ...other.keys()])];
    const sorted = group === "code" || group === "runtime" ? names : names.sort((a, b) => a.localeCompare(b));
    return sorted
      .map((name) => ({ group, name, left: one.get(name), right: other.get(name) }))
      .filter((difference) => difference.left !== difference.right);
  });
}

function entriesOf(facts: LayerFacts, group: DifferenceGroup): Map<string, string> {
  const { code, api, bindings, dependencies } = facts;
  switch (group) {
    case "code":
      return new Map([
        ["commit", code.commit ?? ""],
        ["entry", code.entry],
        ["modules", String(code.own.modules)],
        ["bytes", String(code.own.bytes)],
        ["sourceMaps", String(code.sourceMaps)],
      ]);
    case "runtime":
      return new Map([
        ["node", api.version],
        ["flags", api.flags.join(" ")],
        ["abi", bindings.abi],
        ["threadPool", String(dependencies.threadPoolSize)],
        ...dependencies.versions
          .filter(({ name }) => name !== "node" && name !== "modules")
          .map(({ name, version }): [string, string] => [name, version]),
      ]);
    case "packages":
      return versionsByName(code.packages);
    case "environment":
      return new Map(code.environmentNames.map((name) => [name, name]));
    case "addons":
      return new Map(bindings.addons.map(({ file, version }) => [file, version ?? file]));
  }
}

/** A package can be loaded more than once. */
function versionsByName(packages: LayerFacts["code"]["packages"]): Map<string, string> {
  const versions = new Map<string, string[]>();
  for (const { name, version = "?" } of packages) {
    versions.set(name, [...(versions.get(name) ?? []), version]);
  }
  return new Map([...versions].map(([name, all]) => [name, [...new Set(all)].sort().join(", ")]));
}
