import { projectFile } from "../../../src/client/settings/projectTables.ts";
import { debugType } from "../../../src/extension/debug/debugConfiguration.ts";
import { commandIds, mcpProviderId, taskType, viewIds } from "../../../src/extension/ids.ts";
import { taskPatterns } from "../../../src/extension/tasks/taskLines.ts";
import { languageModelTools } from "./agentTools.ts";
import { commands } from "./commands.ts";
import { configuration } from "./configuration.ts";
import { debuggers } from "./debuggers.ts";
import { menus } from "./menus.ts";
import { all, is, isNot } from "./whenClause.ts";

const icon = "media/hitless.svg";

const welcome = {
  noFolder: "workspaceFolderCount == 0",
  untrusted: all("workspaceFolderCount != 0", "!isWorkspaceTrusted"),
  // Without it VS Code says "There is no data provider registered" until the extension has come up.
  looking: all("workspaceFolderCount != 0", "isWorkspaceTrusted", isNot("scanned")),
  noEntry: all("workspaceFolderCount != 0", "isWorkspaceTrusted", is("scanned"), isNot("hasApp")),
  stopped: all("isWorkspaceTrusted", is("hasApp"), isNot("hasRunningApp")),
};

/** The steps of the walkthrough, and what ticks each off: that it has come about, not that a button was pressed. */
const steps: Readonly<Record<string, { readonly done: string; readonly when?: string }>> = {
  // Offered while there is nothing to start; VS Code ticks off no step for what was so before it was first shown.
  open: { done: `onContext:${is("hasApp")}`, when: isNot("hasApp") },
  start: { done: `onContext:${is("hasRunningApp")}` },
  save: { done: `onContext:${is("keptServing")}` },
  debug: { done: `onContext:debugType == ${debugType}` },
  rehearse: { done: `onContext:activeWebviewPanelId == ${viewIds.rehearsal}` },
  layers: { done: `onContext:activeWebviewPanelId == ${viewIds.layers}` },
};

const reloadKey = { command: commandIds.reload, key: "ctrl+k alt+r", mac: "cmd+k alt+r", when: is("hasRunningApp") };

/** What VS Code is told of the extension: `contributes` of package.json. */
export const contributes = {
  commands,
  configuration,
  debuggers,
  // Comments are allowed in it.
  languages: [{ id: "jsonc", filenames: [projectFile] }],
  jsonValidation: [{ fileMatch: [projectFile], url: "./schemas/hitless.schema.json" }],
  viewsContainers: { activitybar: [{ id: viewIds.container, title: "Hitless", icon }] },
  views: {
    [viewIds.container]: [
      { id: viewIds.apps, name: "%view.apps%", icon, contextualTitle: "Hitless" },
      {
        id: viewIds.requests,
        name: "%view.requests%",
        icon,
        contextualTitle: "Hitless",
        // Workers watch while it is open, so that is the person's choice.
        visibility: "collapsed",
        when: is("runsAnywhere"),
      },
    ],
  },
  viewsWelcome: Object.entries(welcome).map(([name, when]) => ({
    view: viewIds.apps,
    when,
    contents: `%welcome.${name}%`,
  })),
  menus,
  keybindings: [reloadKey],
  taskDefinitions: [
    {
      type: taskType,
      required: ["app"],
      properties: { app: { type: "string", description: "%task.app%" } },
    },
  ],
  problemMatchers: [
    {
      name: taskType,
      label: "Hitless",
      owner: taskType,
      source: taskType,
      fileLocation: "absolute",
      pattern: { regexp: taskPatterns.problem, file: 1, line: 2, severity: 3, message: 4 },
      background: { activeOnStart: true, beginsPattern: taskPatterns.begins, endsPattern: taskPatterns.ends },
    },
  ],
  languageModelTools,
  mcpServerDefinitionProviders: [{ id: mcpProviderId, label: "Hitless" }],
  walkthroughs: [
    {
      id: "hitless.start",
      title: "%walkthrough.title%",
      description: "%walkthrough.description%",
      steps: Object.entries(steps).map(([id, { done, ...when }]) => ({
        id,
        title: `%walkthrough.${id}.title%`,
        description: `%walkthrough.${id}.description%`,
        media: { svg: `media/walkthrough/${id}.svg`, altText: `%walkthrough.${id}.alt%` },
        completionEvents: [done],
        ...when,
      })),
    },
  ],
};
