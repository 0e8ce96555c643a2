import type { Translate } from "../../translate.ts";
import type { Layer } from "../layer.ts";
import { apiLists, apiRows } from "./apiRows.ts";
import { bindingLists, bindingRows } from "./bindingRows.ts";
import { codeLists, codeRows } from "./codeRows.ts";
import { dependencyLists, dependencyRows } from "./dependencyRows.ts";
import type { Known, Row, RowStyle } from "./row.ts";
import { machineRows, useRows } from "./systemRows.ts";

type Reader = (known: Known, style: RowStyle) => Row[];

/** Single facts known of each layer. */
export const factRows: Readonly<Record<Layer, Reader>> = {
  code: codeRows,
  api: apiRows,
  bindings: bindingRows,
  dependencies: dependencyRows,
  os: (known, style) => [...machineRows(known, style), ...useRows(known, style)],
};

/** Lists of each layer, in English: the panel shows tables with more detail instead. */
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
