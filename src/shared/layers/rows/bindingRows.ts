import type { Addon } from "../facts.ts";
import type { Known, Row, RowStyle } from "./row.ts";
import { names, row, versioned } from "./row.ts";

export function bindingRows({ facts }: Known, { t }: RowStyle): Row[] {
  return facts === undefined
    ? []
    : [
        ...row("napi", t("Node-API"), t("up to level {0}", facts.bindings.napi)),
        ...row("abi", t("ABI"), `NODE_MODULE_VERSION ${facts.bindings.abi}`),
      ];
}

export function bindingLists({ facts }: Known): Row[] {
  if (facts === undefined) {
    return [];
  }
  const { internal, addons } = facts.bindings;
  return [
    ...names("internal", `${internal.length} internal bindings`, internal, 40),
    ...(addons.length === 0 ? row("addon", "Addons", "none") : addons.flatMap(addonRow)),
  ];
}

function addonRow({ file, package: owner, version, interface: kind, level, rebuild }: Addon): Row[] {
  const built = { napi: "Node-API", abi: "ABI", unknown: "unknown interface" }[kind];
  const again = rebuild === true ? "to be rebuilt for another Node.js" : "no rebuild for another Node.js";
  return row(
    "addon",
    "Addon",
    owner === undefined ? undefined : { name: versioned(owner, version) },
    level === undefined ? built : `${built} ${level}`,
    rebuild === undefined ? undefined : again,
    { name: file },
  );
}
