import { debugType, passedOn } from "../../../src/extension/debug/debugConfiguration.ts";

/** What the debugger of JavaScript takes for those of its settings that are passed on. */
const passedTypes: Readonly<Record<(typeof passedOn)[number], object>> = {
  skipFiles: { type: "array", items: { type: "string" }, default: ["<node_internals>/**"] },
  smartStep: { type: "boolean", default: true },
  sourceMaps: { type: "boolean", default: true },
  outFiles: {
    type: "array",
    items: { type: "string" }, // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code's own variable
    default: ["${workspaceFolder}/**/*.(m|c|)js", "!**/node_modules/**"],
  },
  sourceMapPathOverrides: { type: "object", additionalProperties: { type: "string" } },
  resolveSourceMapLocations: { type: ["array", "null"], items: { type: "string" } },
  pauseForSourceMap: { type: "boolean" },
  sourceMapRenames: { type: "boolean" },
  showAsyncStacks: { type: ["boolean", "object"] },
  customDescriptionGenerator: { type: "string" },
  customPropertiesGenerator: { type: "string" },
  timeouts: { type: "object" },
  trace: { type: ["boolean", "object"] },
  localRoot: { type: ["string", "null"] },
  remoteRoot: { type: ["string", "null"] },
};

const passed = Object.fromEntries(
  passedOn.map((name) => [name, { ...passedTypes[name], markdownDescription: "%debug.passedOn%" }]),
);

const app = { type: "string", markdownDescription: "%debug.app%" };
const stopOnEntry = { type: "boolean", default: false, markdownDescription: "%debug.stopOnEntry%" };
const worker = { type: "integer", minimum: 1, markdownDescription: "%debug.worker%" };

/** A text that VS Code reads as a snippet. */
const named = (name: string): string => `^"\${1:${name}}"`;

/** The debugger of apps. */
export const debuggers = [
  {
    type: debugType,
    label: "Hitless",
    // F5 in one of their files offers it.
    languages: ["javascript", "javascriptreact", "typescript", "typescriptreact"],
    configurationAttributes: {
      launch: { properties: { app, stopOnEntry, ...passed } },
      attach: { properties: { app, worker, stopOnEntry, ...passed } },
    },
    initialConfigurations: [{ type: debugType, request: "launch", name: "Hitless" }],
    configurationSnippets: [
      {
        label: "%debug.snippet.launch%",
        description: "%debug.snippet.launch.description%",
        body: { type: debugType, request: "launch", name: "Hitless", app: named("api") },
      },
      {
        label: "%debug.snippet.attach%",
        description: "%debug.snippet.attach.description%",
        body: { type: debugType, request: "attach", name: "Hitless: attach", app: named("api") },
      },
    ],
  },
];
