import type { Translate } from "../../translate.ts";
import type { Layer } from "../layer.ts";
import { apiLists, apiRows } from "./apiRows.ts";
import { bindingLists, bindingRows } from "./bindingRows.ts";
import { codeLists, codeRows } from "./codeRows.ts";
import { dependencyLists, dependencyRows } from "./dependencyRows.ts";
import type { Known, Row, RowStyle } from "./row.ts";
import { machineRows, useRows } from "./systemRows.ts";

/** What is known of a layer in single facts. */
export function factRows(layer: Layer, known: Known, style: RowStyle): Row[] {
  switch (layer) {
    case "code":
      return codeRows(known, style);
    case "api":
      return apiRows(known, style);
    case "bindings":
      return bindingRows(known, style);
    case "dependencies":
      return dependencyRows(known, style);
    case "os":
      return [...machineRows(known, style), ...useRows(known, style)];
  }
}

/** What there is more of than one, in English: the panel has a table for each, which says more. */
export function listRows(layer: Layer, known: Known, style: RowStyle): Row[] {
  switch (layer) {
    case "code":
      return codeLists(known);
    case "api":
      return apiLists(known);
    case "bindings":
      return bindingLists(known);
    case "dependencies":
      return dependencyLists(known, style);
    case "os":
      return [];
  }
}

export function layerTitle(layer: Layer, t: Translate): string {
  return {
    code: t("Your code"),
    api: t("Node.js API"),
    bindings: t("Bindings and C++ addons"),
    dependencies: t("Dependencies"),
    os: t("Operating system"),
  }[layer];
}
