/** What the code of one process may import besides itself. */
interface ProcessFolder {
  /** Other folders of `src`. */
  readonly folders: readonly string[];
  /** Packages, as patterns of import specifiers; `node:*` stands for Node.js. */
  readonly packages: readonly string[];
  readonly why: string;
  /** Rooms from the bottom to the top: each may import those before it. What is not named may be imported by all. */
  readonly order?: readonly (readonly string[])[];
}

const nodeApi = ["node:*", "node:*/**"];

/** Which folder of `src` may import what: `biome.imports.json` is written from it by `npm run generate`. */
export const importTable: Readonly<Record<string, ProcessFolder>> = {
  shared: {
    folders: [],
    packages: ["valibot"],
    why: "shared runs everywhere: no Node.js, no vscode, no other folder, and valibot as its only package.",
  },
  client: {
    folders: ["shared"],
    packages: ["jsonc-parser", "unbash", "valibot", "vscode-jsonrpc/**", "ws", "yaml", ...nodeApi],
    why: "The client is shared by extension and command line: shared, Node.js and its few packages, no vscode.",
  },
  supervisor: {
    folders: ["shared"],
    packages: [
      "chokidar",
      "croner",
      "dayjs",
      "dayjs/**",
      "ignore",
      "tree-kill",
      "valibot",
      "vscode-jsonrpc/**",
      "ws",
      ...nodeApi,
    ],
    why: "The supervisor imports shared, Node.js and its few packages; a type that another folder needs belongs in shared.",
  },
  worker: {
    folders: ["shared"],
    packages: nodeApi,
    why: "The preload runs inside the app: it imports shared and Node.js, and no package.",
  },
  cli: {
    folders: ["shared", "client"],
    packages: [
      "@modelcontextprotocol/sdk/**",
      "@valibot/to-json-schema",
      "ansi-escapes",
      "slice-ansi",
      "string-width",
      "valibot",
      ...nodeApi,
    ],
    why: "The command line imports shared, client and the few packages of its dashboard and of the protocol for agents.",
  },
  server: {
    folders: ["shared"],
    packages: [
      "@babel/parser",
      "jsonc-parser",
      "@babel/types",
      "vscode-languageserver/**",
      "vscode-languageserver-textdocument",
      ...nodeApi,
    ],
    why: "The language server imports shared, Node.js and its few packages.",
  },
  webview: {
    folders: ["shared"],
    packages: [],
    why: "The page of the panel runs in a browser: it imports shared and nothing else.",
  },
  extension: {
    folders: ["shared", "client"],
    packages: ["vscode", "vscode-languageclient/**", "valibot", ...nodeApi],
    why: "The extension imports shared and client; its rooms depend in one direction: see scripts/generate/importTable.ts.",
    order: [
      ["platform"],
      ["apps"],
      ["presentation"],
      ["log", "views", "language", "panel", "debug"],
      ["commands", "tasks", "agents"],
    ],
  },
};

/** Biome's configuration for the table, an override a line: for each depth of each folder, the later ones being stricter. */
export function importRules(): string {
  const overrides = Object.entries(importTable).flatMap(([name, folder]) => {
    const depths = [0, 1, 2, 3].map((depth) => {
      const below = depth === 0 ? "*.ts" : `${"*/".repeat(depth)}*.ts`;
      return override(`src/${name}/${below}`, allowed(folder, depth), folder.why);
    });
    const rooms = (folder.order ?? []).flatMap((names, level, order) => {
      const above = order.slice(level + 1).flat();
      return names.flatMap((room) => {
        const others = [...above, ...names.filter((other) => other !== room)];
        return [0, 1].map((depth) => {
          const closed = others.map((other) => `${"../".repeat(depth + 1)}${other}/**`);
          const below = depth === 0 ? "*.ts" : "*/*.ts";
          return override(`src/${name}/${room}/${below}`, [...allowed(folder, depth + 1), ...closed], folder.why);
        });
      });
    });
    return [...depths, ...rooms];
  });
  return `{ "overrides": [\n${overrides.map((line) => JSON.stringify(line)).join(",\n")}\n] }\n`;
}

/** What is refused, in gitignore's way: the last pattern that matches decides. */
function allowed({ folders, packages }: ProcessFolder, depth: number): string[] {
  const up = "../".repeat(depth);
  const inside = Array.from({ length: depth }, (_, level) => `!${"../".repeat(level + 1)}**`);
  return [
    "**",
    "!./**",
    ...inside,
    `${up}../**`,
    ...folders.map((folder) => `!${up}../${folder}/**`),
    ...packages.map((name) => `!${name}`),
  ];
}

function override(includes: string, group: readonly string[], message: string): object {
  const options = { patterns: [{ group, message }] };
  const rules = { style: { noRestrictedImports: { level: "error", options } } };
  return { includes: [includes], linter: { rules } };
}
