import type { Identifier } from "@babel/types";
import { type Hover, MarkupKind } from "vscode-languageserver/node";
import { languageCommands } from "../../shared/languageNames.ts";
import { findEntry, pathThroughLayers } from "../../shared/layers/catalogue.ts";
import { type CatalogueEntry, qualifiedName } from "../../shared/layers/entry.ts";
import { t } from "../../shared/translate.ts";
import { resolveMethod } from "../source/instances.ts";
import { identifierAt } from "../source/nodeAt.ts";
import { type ApiReference, resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";

/** The hover at an offset: the path through the layers of a function of Node.js that leaves JavaScript. */
export function hoverAt(
  analysis: Analysis,
  offset: number,
  platform: NodeJS.Platform = process.platform,
): Hover | null {
  const name = identifierAt(analysis.module, offset);
  const entry = name && entryOf(analysis, name);
  return entry === undefined
    ? null
    : { contents: { kind: MarkupKind.Markdown, value: describeEntry(entry, platform) } };
}

function entryOf(analysis: Analysis, name: Identifier): CatalogueEntry | undefined {
  const parent = analysis.parentOf(name);
  // A node without parent is part of a type.
  if (parent === undefined) {
    return undefined;
  }
  const api = resolveApi(analysis, name);
  const isProperty = "property" in parent && parent.property === name;
  const candidates: ApiReference[] = api === undefined && isProperty ? resolveMethod(analysis, parent) : [];
  for (const candidate of api === undefined ? candidates : [api]) {
    // The global `crypto` is `webcrypto` of the module; the documentation lists its functions without that prefix.
    const entry = findEntry(candidate.module, candidate.name.replace(/^webcrypto\./, ""));
    if (entry !== undefined) {
      return entry;
    }
  }
  return undefined;
}

/**
 * Three lines of Markdown, since others have more to say of a call: the path, the mechanism, and the system calls of this
 * system with the links; those of other systems are in the panel.
 */
function describeEntry(entry: CatalogueEntry, platform: NodeJS.Platform): string {
  const system = platform === "win32" ? "windows" : platform === "darwin" ? "macos" : "linux";
  const steps = pathThroughLayers(entry, { system, translate: t });
  const name = qualifiedName(entry);
  const way = steps.flatMap(({ layer, title, detail }) => {
    switch (layer) {
      case "code":
        return [`**\`${title}\`**`];
      case "bindings":
        return [`${t("binding")} \`${title}\` (${detail})`];
      case "os":
        return [t("operating system")];
      default:
        return [title];
    }
  });
  const how = steps.filter(({ layer }) => layer === "code" || layer === "dependencies").map(({ detail }) => detail);
  const calls = entry.calls[system];
  const named = calls.map((call) => `\`${call}\``).join(" ");
  const argument = encodeURIComponent(JSON.stringify([{ trace: name }]));
  return [
    way.join(" → "),
    how.join(" "),
    `${calls.length === 0 ? t("No system call is needed.") : t("System calls: {0}", named)} · [${t("Show in the layers")}](command:${languageCommands.showLayers}?${argument}) · [${t("Documentation")}](${entry.docs})`,
  ].join("  \n");
}
