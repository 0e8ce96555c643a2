import type { Node } from "@babel/types";
import { propertyName, resolveName } from "../../source/resolveApi.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { exportedValue } from "../exportedFunctions.ts";
import { factsOf } from "../moduleFacts.ts";
import { type Use, useOf } from "../mutations.ts";
import { asMember, settledValue } from "../nodes.ts";

export interface UseInFile {
  readonly file: Analysis;
  readonly use: Use;
}

/** What other files of the package do to a map, set, list or object at the top of a file, which exports it. */
export function usesElsewhere(analysis: Analysis, { init }: Binding): UseInFile[] {
  const { files, module } = analysis;
  const value = init && unwrapped(init);
  if (value === undefined || files === undefined || !factsOf(analysis).exports) {
    return [];
  }
  const isIt = (name: string) => {
    const exported = exportedValue(analysis, name);
    return exported?.analysis === analysis && unwrapped(settledValue(analysis, exported.node)) === value;
  };
  return files.importers(module).flatMap((file) =>
    factsOf(file).isTest
      ? []
      : [...file.root.bindings.values()].flatMap(({ name, references, declaration }) => {
          const isImport = declaration.type.startsWith("Import") || declaration.type === "VariableDeclarator";
          const api = isImport ? resolveName(file, name) : undefined;
          if (api === undefined || !api.module.startsWith(".") || !files.leadsTo(file.module, api.module, module)) {
            return [];
          }
          const places: readonly Node[] = isIt(api.name)
            ? references
            : api.name === "default"
              ? partsOf(file, references, isIt)
              : [];
          return places.map((place) => ({ file, use: useOf(file, place, value) }));
        }),
  );
}

/** `state.users` of `import * as state`, or `const state = require("./state")`. */
function partsOf(file: Analysis, references: readonly Node[], isIt: (name: string) => boolean): Node[] {
  return references.flatMap((reference) => {
    const parent = file.parentOf(reference);
    const member = asMember(parent);
    const name = member?.object === reference ? propertyName(member) : undefined;
    return parent !== undefined && name !== undefined && isIt(name) ? [parent] : [];
  });
}
