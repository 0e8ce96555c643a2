import { posix } from "node:path";
import type { Node } from "@babel/types";
import { folderImports } from "../../source/folderImports.ts";
import { resolveValue } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { nodesOf } from "../../source/walk.ts";
import { factsOf } from "../moduleFacts.ts";
import { asMember, keyOf, settledValue } from "../nodes.ts";

/** A file by which others get what a file exports, and what it is called there: `users.list` for `list`. */
export interface Exporter {
  readonly file: Analysis;
  /** The name that the file itself uses for what others import under a name; `undefined` for what is not of it. */
  readonly nameOf: (name: string) => string | undefined;
}

/** Files that export on what others do are followed this far. */
const deepest = 2;

/** A file itself, and those that export on what it does. */
export function exportersOf(analysis: Analysis): Exporter[] {
  const found: Exporter[] = [{ file: analysis, nameOf: (name) => name }];
  const seen = new Set([analysis.module]);
  for (let depth = 0, from = 0; depth < deepest; depth += 1) {
    const last = found.slice(from);
    from = found.length;
    for (const { file, nameOf } of last) {
      for (const importer of file.files?.importers(file.module, /\bexport/) ?? []) {
        const names = seen.has(importer.module) ? [] : passedOn(importer, file);
        if (names.length > 0) {
          seen.add(importer.module);
          found.push({ file: importer, nameOf: (name) => firstOf(names, name, nameOf) });
        }
      }
    }
  }
  return found;
}

type Renaming = (name: string) => string | undefined;

function firstOf(names: readonly Renaming[], name: string, next: Renaming): string | undefined {
  for (const rename of names) {
    const own = rename(name);
    const found = own === undefined ? undefined : next(own);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** How a file names what it exports of another. */
function passedOn(file: Analysis, target: Analysis): Renaming[] {
  const leads = (specifier: string) => file.files?.leadsTo(file.module, specifier, target.module) === true;
  const { program } = file.module.ast;
  const found: Renaming[] = [];
  const add = (exported: string | undefined, value: Node) => {
    const api = exported === undefined ? undefined : resolveValue(file, settledValue(file, value));
    if (exported !== undefined && api !== undefined && leads(api.module)) {
      found.push(renaming(exported, api.name));
    }
  };
  found.push(...inFolder(file, target));
  for (const { source } of nodesOf(program, "ExportAllDeclaration")) {
    if (leads(source.value)) {
      found.push((name) => (name.startsWith("default") ? undefined : name));
    }
  }
  for (const { source, specifiers } of nodesOf(program, "ExportNamedDeclaration")) {
    for (const specifier of specifiers) {
      const { exported } = specifier;
      const name = exported.type === "Identifier" ? exported.name : exported.value;
      if (source == null) {
        add(name, specifier.type === "ExportSpecifier" ? specifier.local : exported);
      } else if (leads(source.value)) {
        found.push(renaming(name, specifier.type === "ExportSpecifier" ? specifier.local.name : "default"));
      }
    }
  }
  for (const { left, right } of factsOf(file).assignments) {
    const member = asMember(left);
    const key = member && keyOf({ key: member.property, computed: member.computed });
    const owner = member?.object.type === "Identifier" ? member.object.name : "";
    if (owner === "module" && key === "exports" && right.type === "ObjectExpression") {
      for (const property of right.properties) {
        add(
          property.type === "ObjectProperty" ? keyOf(property) : undefined,
          property.type === "ObjectProperty" ? property.value : right,
        );
      }
    } else if (owner === "exports") {
      add(key, right);
    }
  }
  return found;
}

/**
 * `users.list` to `list` of `users.js` where a file loads its folder whole, and exports each file under its name:
 * `controllers[basename(file)] = require(join(dir, file))`.
 */
function inFolder(file: Analysis, target: Analysis): Renaming[] {
  const { files, module } = file;
  const path = files?.pathOf(target.module) ?? "";
  const name = posix.basename(path).replace(/\.[cm]?[jt]sx?$/, "");
  const isLoaded = folderImports(module.text).some((folder) => files?.leadsTo(module, folder, target.module) === true);
  const isKeyed = () =>
    factsOf(file).assignments.some(({ left, right }) => {
      const value = settledValue(file, right);
      return asMember(left)?.computed === true && value.type === "CallExpression";
    });
  return isLoaded && isKeyed()
    ? [renaming(name === "index" ? posix.basename(posix.dirname(path)) : name, "default")]
    : [];
}

/** `users.list` to `list` where all of a file is exported as `users`; `users` to `all` where that is one of its exports. */
function renaming(exported: string, own: string): Renaming {
  return (name) => {
    if (name !== exported && !name.startsWith(`${exported}.`)) {
      return undefined;
    }
    const rest = name.slice(exported.length + 1);
    return own === "default" ? rest || "default" : [own, rest].filter((part) => part !== "").join(".");
  };
}
