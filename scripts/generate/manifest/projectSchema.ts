import { type JsonSchema, type OverrideActionContext, toJsonSchema } from "@valibot/to-json-schema";
import { appSettings } from "../../../src/shared/settings/appSettings.ts";
import { fleetSchema } from "../../../src/shared/settings/fleetSettings.ts";
import { machineSettings, placeNameSchema } from "../../../src/shared/settings/machineSettings.ts";
import type { Setting } from "../../../src/shared/settings/settingKinds.ts";

/** Gives the text of a key of package.nls.json, or the reference by which VS Code finds it. */
export type Explain = (key: string) => string;

/** The tables of machines and fleets, as `hitless.json` and the settings of the workspace may have them. */
export function projectTables(explain: Explain): Readonly<Record<"machines" | "fleets", JsonSchema>> {
  const { ssh, hitless } = machineSettings;
  const destination = { ...schemaOf(ssh.written), markdownDescription: explain("machines.ssh") };
  const whole = {
    type: "object" as const,
    additionalProperties: false,
    properties: {
      ssh: destination,
      hitless: { ...schemaOf(hitless.written), markdownDescription: explain("machines.hitless") },
    },
  };
  return {
    machines: table({ anyOf: [destination, whole] }),
    fleets: table(described(schemaOf(fleetSchema), "fleets", explain)),
  };
}

/** The fields of an app. */
export function appProperties(explain: Explain): Readonly<Record<string, JsonSchema>> {
  return explained(appSettings, "apps", explain);
}

function explained(
  settings: Readonly<Record<string, Setting>>,
  path: string,
  explain: Explain,
): Readonly<Record<string, JsonSchema>> {
  const properties = Object.entries(settings).map(([name, { written, default: usual, fields }]) => {
    const key = `${path}.${name}`;
    // What several fields have to do with one another is said when they are read.
    const { $schema: _, ...schema } = toJsonSchema(written, {
      overrideAction: unicodePattern,
      ignoreActions: ["check"],
    });
    const standard = usual === undefined ? {} : { default: usual as NonNullable<JsonSchema["default"]> };
    const inner = fields === undefined ? {} : { properties: { ...explained(fields, key, explain) } };
    return [name, { ...schema, ...standard, ...inner, markdownDescription: explain(key) }] as const;
  });
  return Object.fromEntries(properties);
}

/** The schema of `hitless.json`, in which no reference would be resolved. */
export function projectFileSchema(explain: Explain): JsonSchema {
  const { machines, fleets } = projectTables(explain);
  const { name: _, ...properties } = appProperties(explain);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "hitless.json",
    type: "object",
    properties: {
      $schema: { type: "string" },
      apps: {
        ...table({ type: "object", additionalProperties: false, properties }, appSettings.name.written),
        description: explain("setting.apps"),
      },
      machines: { ...machines, description: explain("setting.machines") },
      fleets: { ...fleets, description: explain("setting.fleets") },
    },
  };
}

/** VS Code reads the patterns of schemas as Unicode, so they need no flag for it. */
export function unicodePattern({ valibotAction, jsonSchema }: OverrideActionContext): JsonSchema | undefined {
  const { requirement } = valibotAction as { requirement?: unknown };
  return requirement instanceof RegExp && requirement.flags === "u"
    ? { ...jsonSchema, pattern: requirement.source }
    : undefined;
}

function table(entry: JsonSchema, name: Parameters<typeof toJsonSchema>[0] = placeNameSchema): JsonSchema {
  const { $schema: _, ...names } = toJsonSchema(name, { overrideAction: unicodePattern });
  return { type: "object", propertyNames: names, additionalProperties: entry };
}

/** What may be written, before defaults are filled in. */
function schemaOf(schema: Parameters<typeof toJsonSchema>[0]): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode: "input", overrideAction: unicodePattern });
  return rest;
}

/** A schema whose fields are explained, those of `verify` as well. */
function described(schema: JsonSchema, path: string, explain: Explain): JsonSchema {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const key = `${path}.${name}`;
    const inner = name === "verify" ? described(field as JsonSchema, key, explain) : (field as JsonSchema);
    return [name, { ...inner, markdownDescription: explain(key) }];
  });
  return { ...schema, properties: Object.fromEntries(fields) };
}
