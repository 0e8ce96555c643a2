import { readFileSync } from "node:fs";
import { VISITOR_KEYS } from "@babel/types";
import { importRules } from "./importTable.ts";
import { restricted } from "./manifest/configuration.ts";
import { contributes } from "./manifest/contributes.ts";
import { projectFileSchema } from "./manifest/projectSchema.ts";
import { pm2Tables } from "./pm2Table.ts";
import { flagTables, settingsPage } from "./settingsPage.ts";

/** The files that are made from tables, wholly or in part, by their path in the project, and what each is to hold. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ["biome.imports.json", importRules()],
    ["package.json", manifest(read("package.json"))],
    ["schemas/hitless.schema.json", `${JSON.stringify(projectFileSchema(textOf()), undefined, 2)}\n`],
    ["src/server/source/visitorKeys.json", visitorKeys()],
    ["docs/settings.md", settingsPage(JSON.parse(read("package.nls.json")))],
    ["docs/from-pm2.md", withPart(read("docs/from-pm2.md"), "options of pm2", pm2Tables())],
    ["docs/cli.md", withPart(read("docs/cli.md"), "flags of start", flagTables())],
  ]);
}

function manifest(text: string): string {
  const written = JSON.parse(text);
  written.contributes = contributes;
  written.capabilities.untrustedWorkspaces.restrictedConfigurations = restricted;
  return `${JSON.stringify(written, undefined, 2)}\n`;
}

/** The English texts of package.json. */
function textOf(): (key: string) => string {
  const texts: Readonly<Record<string, string>> = JSON.parse(read("package.nls.json"));
  return (key) => {
    const text = texts[key];
    if (text === undefined) {
      throw new Error(`package.nls.json has no text "${key}".`);
    }
    return text;
  };
}

/**
 * Where the nodes of each type have children. Not imported from `@babel/types` where it is used, since that would be half
 * of the language server's bundle.
 */
function visitorKeys(): string {
  return `${JSON.stringify(VISITOR_KEYS)}\n`;
}

/** A page with the part between its two marks made anew. */
function withPart(page: string, name: string, part: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->\n`, `<!-- end: ${name} -->\n`];
  const [before, rest = ""] = page.split(begin);
  const [old, after] = rest.split(end);
  if (old === undefined || after === undefined) {
    throw new Error(`The page has no part "${name}"; it begins with ${begin} and ends with ${end}`);
  }
  return `${before}${begin}\n${part}\n${end}${after}`;
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}
