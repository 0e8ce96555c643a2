import type { Translate } from "../../translate.ts";
import type { Layer } from "../layer.ts";
import { apiLists, apiRows } from "./apiRows.ts";
import { bindingLists, bindingRows } from "./bindingRows.ts";
import { codeLists, codeRows } from "./codeRows.ts";
import { dependencyLists, dependencyRows } from "./dependencyRows.ts";
import type { Known, Row, RowStyle } from "./row.ts";
import { machineRows, useRows } from "./systemRows.ts";

type Reader = (known: Known, style: RowStyle) => Row[];

/** What is known of each layer in single facts. */
export const factRows: Readonly<Record<Layer, Reader>> = {
  code: codeRows,
  api: apiRows,
  bindings: bindingRows,
  dependencies: dependencyRows,
  os: (known, style) => [...machineRows(known, style), ...useRows(known, style)],
};

/** What there is more of than one, in English: the panel has a table for each, which says more. */
export const listRows: Readonly<Record<Layer, Reader>> = {
  code: codeLists,
  api: apiLists,
  bindings: bindingLists,
  dependencies: dependencyLists,
  os: () => [],
};

export function layerTitle(layer: Layer, t: Translate): string {
  return {
    code: t("Your code"),
    api: t("Node.js API"),
    bindings: t("Bindings and C++ addons"),
    dependencies: t("Dependencies"),
    os: t("Operating system"),
  }[layer];
}
