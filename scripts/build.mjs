// Bundles Hitless: one entry for each process. `--production` minifies and adds the licences of what is bundled,
// `--watch` rebuilds on change, `--outdir=…` writes somewhere else than `dist`, `--only=cli.cjs` (again for others) only that.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, context } from "esbuild";

const { values } = parseArgs({
  options: {
    production: { type: "boolean", default: false },
    watch: { type: "boolean", default: false },
    outdir: { type: "string", default: "dist" },
    only: { type: "string", multiple: true },
  },
});
const { production, watch, outdir, only } = values;
const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const common = {
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  define: { __HITLESS_VERSION__: JSON.stringify(version) },
  absWorkingDir: root,
};

/** For what reads JSON with comments: the `main` of jsonc-parser can't be bundled, since it hands its `require` on. */
const mainFields = ["module", "main"];

const all = [
  { entryPoints: ["src/supervisor/main.ts"], outfile: join(outdir, "supervisor.cjs") },
  // Loaded by the supervisor when files that say how an app is started have changed.
  { entryPoints: ["src/client/recipe/rereadRecipe.ts"], outfile: join(outdir, "recipe.cjs"), mainFields },
  // The process in which pm2 files are read, which may be programs.
  { entryPoints: ["src/client/pm2/reader/pm2Reader.ts"], outfile: join(outdir, "pm2.cjs") },
  { entryPoints: ["src/worker/preload.ts"], outfile: join(outdir, "preload.cjs") },
  { entryPoints: ["src/worker/layers/collector.ts"], outfile: join(outdir, "layers.cjs") },
  { entryPoints: ["src/worker/metrics/readMetrics.ts"], outfile: join(outdir, "metrics.cjs") },
  {
    entryPoints: ["src/cli/main.ts"],
    outfile: join(outdir, "cli.cjs"),
    banner: { js: "#!/usr/bin/env node" },
    mainFields,
    plugins: [
      apart("dashboard", "./monit.cjs"),
      apart("webSocketClient", "./webSocketClient.cjs"),
      apart("serveMcp", "./mcp.cjs"),
    ],
  },
  // Loaded by the command line for `hitless monit`.
  { entryPoints: ["src/cli/monit/dashboard.ts"], outfile: join(outdir, "monit.cjs") },
  // Loaded by the command line for `hitless mcp`: the protocol, and the pages on the rules.
  {
    entryPoints: ["src/cli/agents/serveMcp.ts"],
    outfile: join(outdir, "mcp.cjs"),
    define: { ...common.define, __HITLESS_RULES__: JSON.stringify(rulePages()) },
  },
  // Loaded by the command line for a rehearsal with WebSockets.
  { entryPoints: ["src/client/rehearsal/loads/webSocketClient.ts"], outfile: join(outdir, "webSocketClient.cjs") },
  {
    entryPoints: ["src/extension/main.ts"],
    outfile: join(outdir, "extension.cjs"),
    mainFields,
    external: ["vscode"],
    plugins: [
      apart("languageClient", "./language.cjs"),
      apart("importPm2File", "./pm2Import.cjs"),
      apart("fleetCommands", "./fleets.cjs"),
      apart("rehearseApp", "./rehearsal.cjs"),
      apart("agentTools", "./agents.cjs"),
    ],
  },
  // Loaded by the extension with the first command for a fleet.
  {
    entryPoints: ["src/extension/commands/fleets/fleetCommands.ts"],
    outfile: join(outdir, "fleets.cjs"),
    mainFields,
    external: ["vscode"],
  },
  // Loaded by the extension with the first rehearsal.
  {
    entryPoints: ["src/extension/commands/rehearsal/rehearseApp.ts"],
    outfile: join(outdir, "rehearsal.cjs"),
    mainFields,
    external: ["vscode"],
  },
  // Loaded by the extension with the first use of a tool by chat.
  {
    entryPoints: ["src/extension/agents/agentTools.ts"],
    outfile: join(outdir, "agents.cjs"),
    external: ["vscode"],
    plugins: [apart("webSocketClient", "./webSocketClient.cjs")],
  },
  {
    entryPoints: ["src/extension/language/languageClient.ts"],
    outfile: join(outdir, "language.cjs"),
    external: ["vscode"],
  },
  // Loaded by the extension where there is a pm2 file.
  { entryPoints: ["src/client/pm2/importPm2File.ts"], outfile: join(outdir, "pm2Import.cjs"), mainFields },
  { entryPoints: ["src/server/main.ts"], outfile: join(outdir, "server.cjs"), mainFields },
  {
    entryPoints: ["src/webview/main.ts"],
    // In a folder of its own: a page may read all of the folder that its script is in.
    outfile: join(outdir, "webview", "layers.js"),
    platform: "browser",
    format: "iife",
    // The Chromium of VS Code 1.100, and the Safari that opens VS Code in a browser.
    target: ["chrome132", "safari17"],
  },
];

const bundles = all.filter(({ outfile }) => only?.includes(basename(outfile)) ?? true);
const unknown = only?.filter((name) => !all.some(({ outfile }) => basename(outfile) === name)) ?? [];
if (unknown.length > 0) {
  throw new Error(`There is no bundle ${unknown.join(", ")}.`);
}

/** The pages on the editor's rules, by the id of each. */
function rulePages() {
  const folder = join(root, "docs", "rules");
  const pages = readdirSync(folder).filter((file) => file !== "README.md");
  return Object.fromEntries(pages.map((file) => [basename(file, ".md"), readFileSync(join(folder, file), "utf8")]));
}

/** Leaves what is imported when it is first used in a bundle of its own, which a start need not read. */
function apart(name, file) {
  return {
    name: `${name} apart`,
    setup: ({ onResolve }) => onResolve({ filter: new RegExp(`/${name}\\.ts$`) }, resolved),
  };
  function resolved({ kind }) {
    return kind === "dynamic-import" ? { path: file, external: true } : undefined;
  }
}

if (watch) {
  for (const bundle of bundles) {
    await (await context({ ...common, ...bundle, logLevel: "info" })).watch();
  }
} else {
  const results = await Promise.all(bundles.map((bundle) => build({ ...common, ...bundle })));
  if (production) {
    writeFileSync(resolve(root, outdir, "THIRD_PARTY_NOTICES.txt"), notices(results.map(({ metafile }) => metafile)));
  }
}

/** The licences of the packages that went into the bundles, as those licences ask for. */
function notices(metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const packages = inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean);
  return [...new Set(packages)]
    .sort()
    .map(notice)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function notice(name) {
  const folder = join(root, "node_modules", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8");
  return `${name} ${manifest.version} (${manifest.license})\n\n${text.trim()}\n`;
}
