import { settingIds, settingsSection } from "../../../src/extension/ids.ts";
import { rules } from "../../../src/server/rules/allRules.ts";
import { ruleLevelSchema } from "../../../src/shared/language.ts";
import { appProperties, projectTables } from "./projectSchema.ts";
import { windowSettings } from "./windowSettings.ts";

/** The rules come behind everything else in the settings editor. */
const firstRule = 20;

const apps = {
  type: "array",
  scope: "resource",
  order: 1,
  default: [],
  markdownDescription: "%setting.apps%",
  items: {
    type: "object",
    additionalProperties: false,
    defaultSnippets: [
      {
        label: "app",
        description: "%apps.snippet%",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a snippet's own placeholders.
        body: { name: "${1:api}", entry: "${2:server.js}", workers: "^${3:2}" },
      },
    ],
    properties: appProperties((key) => `%${key}%`),
  },
};

const ofWindow = Object.entries(windowSettings).map(([name, { unit: _, ...setting }], index) => {
  const id = settingIds[name as keyof typeof settingIds];
  const explained = setting.enum?.map((value) => `%setting.${id}.${value}%`);
  return [
    `${settingsSection}.${id}`,
    {
      ...setting,
      order: index + 2,
      ...(explained !== undefined && { enumDescriptions: explained }),
      markdownDescription: `%setting.${id}%`,
    },
  ];
});

/** Of the project and not of the window: they have the same form in `hitless.json`. */
const ofProject = Object.entries(projectTables((key) => `%${key}%`)).map(([name, table], index) => [
  `${settingsSection}.${settingIds[name as keyof typeof settingIds]}`,
  {
    ...table,
    scope: "resource",
    order: ofWindow.length + index + 2,
    default: {},
    markdownDescription: `%setting.${name}%`,
  },
]);

const levels = ruleLevelSchema.options;

const ofRules = rules.map(({ id }, index) => [
  `${settingsSection}.rules.${id}`,
  {
    type: "string",
    scope: "resource",
    order: firstRule + index,
    default: "default",
    enum: levels,
    enumDescriptions: levels.map((level) => `%rules.level.${level}%`),
    markdownDescription: `%rules.${id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}%`,
  },
]);

export const configuration = {
  title: "Hitless",
  properties: {
    [`${settingsSection}.${settingIds.apps}`]: apps,
    ...Object.fromEntries([...ofWindow, ...ofProject, ...ofRules]),
  },
};

/** In a workspace that is not trusted these are read from the user's settings only. */
export const restricted = Object.values(settingIds).map((id) => `${settingsSection}.${id}`);
