import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { projectFile } from "../../../src/client/settings/projectTables.ts";
import { commandIds, contextKeys, settingIds, settingsSection, viewIds } from "../../../src/extension/ids.ts";
import { appConfigSchema, appDefaults } from "../../../src/shared/appConfig.ts";
import { fleetSchema } from "../../../src/shared/settings/fleetSettings.ts";
import { machineSettings } from "../../../src/shared/settings/machineSettings.ts";

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Property {
  readonly default?: unknown;
  readonly type?: string;
  readonly markdownDescription?: string;
  readonly items?: { readonly properties: Readonly<Record<string, Property>>; readonly additionalProperties: boolean };
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Property>> };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly when: string }[];
    readonly menus: Readonly<Record<string, readonly MenuEntry[]>>;
    readonly keybindings: readonly MenuEntry[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly completionEvents: readonly string[] }[] }[];
  };
}

interface TableSchema {
  readonly type?: string;
  readonly markdownDescription?: string;
  readonly anyOf?: readonly TableSchema[];
  readonly additionalProperties?: TableSchema;
  readonly properties?: Readonly<Record<string, TableSchema>>;
}

interface ProjectSchema {
  readonly properties: Readonly<Record<string, TableSchema>>;
}

const project = new URL("../../../", import.meta.url);
const text = readFileSync(new URL("package.json", project), "utf8");
const { contributes, capabilities }: Manifest = JSON.parse(text);

/** Commands that only a row of the tree makes sense for: registered and contributed, but not in the palette. */
const rowOnly = ["hitless.copyPid", "hitless.goToRoute"];

describe("package.json and the code name the same", () => {
  it("commands", () => {
    assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(Object.values(commandIds)));
    assert.ok(contributes.commands.every(({ category }) => category === "Hitless"));
  });

  it("commands of menus, buttons, keys and links", () => {
    const ids = new Set<string>(Object.values(commandIds));
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
    const nls = readFileSync(new URL("package.nls.json", project), "utf8");
    const linked = [...nls.matchAll(/command:(hitless\.[\w.]+)/g)].map(([, id]) => id ?? "");
    const own = [...used, ...linked].filter((id) => id !== `${viewIds.apps}.focus`);
    assert.deepEqual(
      own.filter((id) => !ids.has(id)),
      [],
    );
  });

  it("views", () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [viewIds.container],
    );
    assert.deepEqual(
      contributes.views[viewIds.container]?.map(({ id }) => id),
      [viewIds.apps, viewIds.requests],
    );
    assert.ok(contributes.viewsWelcome.every(({ view }) => view === viewIds.apps));
    assert.equal(contributes.viewsWelcome.length, 5);
  });

  it("settings", () => {
    // Those of the rules are held by a test of their own, and silence hints only.
    const contributed = Object.keys(contributes.configuration.properties).filter(
      (id) => !id.startsWith("hitless.rules."),
    );
    assert.deepEqual(sorted(contributed), sorted(Object.values(settingIds).map((id) => `${settingsSection}.${id}`)));
    assert.deepEqual(sorted(capabilities.untrustedWorkspaces.restrictedConfigurations), sorted(contributed));
  });

  it("context keys", () => {
    const clauses = [...text.matchAll(/"when": "((?:[^"\\]|\\.)*)"/g)].map(([, clause]) => clause ?? "").join(" ");
    const events = contributes.walkthroughs.flatMap(({ steps }) =>
      steps.flatMap(({ completionEvents }) => completionEvents),
    );
    const read = [...`${clauses} ${events.join(" ")}`.matchAll(/(?<!== )\bhitless\.\w+\b(?!\.)/g)]
      .map(([key]) => key)
      .filter((key) => key !== viewIds.apps && !Object.values<string>(commandIds).includes(key));
    assert.deepEqual(sorted(new Set(read)), sorted(Object.values(contextKeys)));
  });
});

describe("the palette", () => {
  it("hides what only a row makes sense for, and what can't be done now", () => {
    const palette = new Map(contributes.menus.commandPalette?.map(({ command, when }) => [command, when]));
    assert.deepEqual(
      [...palette].filter(([, when]) => when === "false").map(([command]) => command),
      rowOnly,
    );
    for (const id of [commandIds.reload, commandIds.restart, commandIds.stop, commandIds.scale]) {
      assert.equal(palette.get(id), contextKeys.hasRunningApp);
    }
  });
});

describe("the setting hitless.apps", () => {
  const { items, ...setting } = contributes.configuration.properties["hitless.apps"] ?? {};
  const properties = items?.properties ?? {};

  it("has the fields that the code takes, and no others", () => {
    assert.deepEqual(sorted(Object.keys(properties)), sorted(Object.keys(appConfigSchema.entries)));
    assert.equal(items?.additionalProperties, false);
    assert.deepEqual(setting.default, []);
  });

  it("has their defaults", () => {
    const defaults = Object.entries(properties).filter(([, property]) => property.default !== undefined);
    assert.deepEqual(Object.fromEntries(defaults.map(([name, { default: value }]) => [name, value])), {
      ...appDefaults,
    });
  });

  it("explains each", () => {
    assert.ok(Object.values(properties).every(({ markdownDescription }) => markdownDescription?.startsWith("%apps.")));
  });
});

describe("the machines and fleets of a project", () => {
  const file: ProjectSchema = JSON.parse(readFileSync(new URL("schemas/hitless.schema.json", project), "utf8"));
  const ofSettings = contributes.configuration.properties as unknown as ProjectSchema["properties"];

  it("have one form in hitless.json and in the settings", () => {
    for (const table of ["machines", "fleets"]) {
      const names = (from: ProjectSchema["properties"], key: string) =>
        JSON.stringify(from[key], (name, value) =>
          /escription$|^(?:scope|order|default)$/.test(name) ? undefined : value,
        );
      assert.equal(names(ofSettings, `hitless.${table}`), names(file.properties, table));
    }
  });

  it("have the fields that the code takes, each explained", () => {
    const fleet = file.properties.fleets?.additionalProperties ?? {};
    assert.deepEqual(sorted(Object.keys(fleet.properties ?? {})), sorted(Object.keys(fleetSchema.entries)));
    const [destination, whole] = file.properties.machines?.additionalProperties?.anyOf ?? [];
    assert.equal(destination?.type, "string");
    assert.deepEqual(sorted(Object.keys(whole?.properties ?? {})), sorted(Object.keys(machineSettings)));
    for (const { properties = {} } of [fleet, whole ?? {}, fleet.properties?.verify ?? {}]) {
      assert.ok(Object.keys(properties).length > 0);
      assert.ok(Object.values(properties).every(({ markdownDescription = "" }) => markdownDescription.endsWith(".")));
    }
  });

  it("are checked in the file by its name, in which comments are allowed", () => {
    const { jsonValidation, languages } = JSON.parse(text).contributes;
    assert.deepEqual(jsonValidation, [{ fileMatch: [projectFile], url: "./schemas/hitless.schema.json" }]);
    assert.deepEqual(languages, [{ id: "jsonc", filenames: [projectFile] }]);
  });
});

function sorted(values: Iterable<string>): string[] {
  return [...values].sort();
}
