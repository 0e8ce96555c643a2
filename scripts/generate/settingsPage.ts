import { settingIds, settingsSection } from "../../src/extension/ids.ts";
import { flagOf, settingGroups, withFields } from "../../src/shared/settings/appSettings.ts";
import type { Setting } from "../../src/shared/settings/settingKinds.ts";
import { windowSettings } from "./manifest/windowSettings.ts";

type Texts = Readonly<Record<string, string>>;

const intro = `<!-- Written by \`npm run generate\` from the table of settings; change that instead. -->

# Settings

An app has these in \`hitless.apps\` of VS Code's settings, in [\`hitless.json\`](#hitlessjson), as flags of [\`hitless start\`](cli.md#start), or several of them: a flag wins over a file.
What each changes for the clients of the app is in [reload.md](reload.md).

A change in the settings is taken over as the last column says: by the next *reload*, *graceful reload* or *restart* from VS Code, of all workers, or only by a *start* after a stop.
What was given as a flag holds until the app is started anew.
`;

const inProject = `## hitless.json

The same settings for those without VS Code, or for all who have the project: a file beside package.json, JSON in which comments are allowed, with an app for each key of \`apps\`. Its paths are relative to the file.

\`\`\`jsonc
{
  "$schema": "./node_modules/hitless/schemas/hitless.schema.json",
  "apps": {
    "api": { "entry": "dist/main.js", "workers": "max", "env": { "NODE_ENV": "production" } },
    "web": { "cwd": "apps/web" }
  }
}
\`\`\`

The extension knows the form of the file without \`$schema\`. The command line takes the nearest \`hitless.json\` with \`apps\`, in the folder or above it, the extension that of the workspace folder. Where \`hitless.apps\` names an app too, the settings win: the command line and the app's tooltip say so. A reload takes over what has changed in the file. [Machines and fleets](machines.md) stand in it as well.
`;

const takers = {
  reload: "a reload",
  start: "a start",
  upgrade: "[`hitless upgrade`](cli.md#upgrade), *Renew Supervisor…*",
  opening: "opening the workspace",
};

/** docs/settings.md. */
export function settingsPage(texts: Texts): string {
  const groups = Object.entries(settingGroups).map(([group, settings]) => {
    const rows = Object.entries(settings)
      .flatMap(([name, setting]) => withFields(name, setting))
      .map(({ path, setting }) => [
        code(path.join(".")),
        described(texts[`apps.${path.join(".")}`]),
        setting.values,
        setting.default === undefined ? "" : code(setting.default),
        commandLine(path[0], setting),
        takers[setting.takenOverBy ?? "reload"],
      ]);
    const heads = ["setting", "means", "value", "default", "command line", "taken over by"];
    return `## ${group}\n\n${table(heads, rows)}`;
  });
  const rows = Object.entries(windowSettings).map(([name, setting]) => {
    const id = settingIds[name as keyof typeof windowSettings];
    return [
      code(`${settingsSection}.${id}`),
      described(texts[`setting.${id}`]),
      valuesOf(setting),
      setting.default === "" ? "" : code(setting.default),
    ];
  });
  const heads = ["setting", "means", "value", "default"];
  const project =
    "`hitless.machines` and `hitless.fleets`, of a folder's `.vscode/settings.json`, are described in [machines](machines.md).\n";
  const rules = "`hitless.rules.…`, the severity of each rule, is in [rules](rules/README.md).\n";
  return [intro, ...groups, inProject, `## VS Code\n\n${table(heads, rows)}`, project, rules].join("\n");
}

/** The flags of `hitless start` that are settings, for docs/cli.md. */
export function flagTables(): string {
  const tables = Object.entries(settingGroups).map(([group, settings]) => {
    const flagged = Object.entries(settings).flatMap(([name, setting]) => withFields(name, setting));
    const rows = flagged.flatMap(({ path, setting }) => {
      const { flag, kind, default: usual } = setting;
      const shown = kind === "toggle" || usual === undefined ? "" : String(usual);
      return flag === undefined ? [] : [[commandLine(path[0], setting), flag, shown]];
    });
    return table([group, "means", "default"], rows);
  });
  return tables.join("\n");
}

function commandLine(name: string, setting: Setting): string {
  const { kind, flag, operand, placeholder } = setting;
  if (flag === undefined) {
    return operand === undefined ? "(VS Code only)" : code(operand);
  }
  return code(kind === "toggle" ? `--${flagOf(name, setting)}` : `--${flagOf(name, setting)} ${placeholder}`);
}

function valuesOf(setting: (typeof windowSettings)[keyof typeof windowSettings]): string {
  const { type, minimum, maximum, unit, enum: words } = setting;
  if (words !== undefined) {
    return words.map((word) => `"${word}"`).join(", ");
  }
  return { string: "text", boolean: "true, false", number: `${unit} from ${minimum} to ${maximum}` }[type];
}

/** A text of the settings editor, in which another setting is named as `#hitless.node#`. */
function described(text = ""): string {
  return text.replace(/`#([\w.]+)#`/g, "`$1`");
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => "---"), ...rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
