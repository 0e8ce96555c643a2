// Bundles Hitless: one entry for each process. `--production` minifies, `--watch` rebuilds on change.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const production = process.argv.includes("--production");
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const common = {
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "warning",
  define: { __HITLESS_VERSION__: JSON.stringify(version) },
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
};

const bundles = [
  { entryPoints: ["src/supervisor/main.ts"], outfile: "dist/supervisor.cjs" },
  { entryPoints: ["src/worker/preload.ts"], outfile: "dist/preload.cjs" },
  { entryPoints: ["src/cli/main.ts"], outfile: "dist/cli.cjs", banner: { js: "#!/usr/bin/env node" } },
  { entryPoints: ["src/extension/main.ts"], outfile: "dist/extension.cjs", external: ["vscode"] },
];

if (process.argv.includes("--watch")) {
  for (const bundle of bundles) {
    await (await context({ ...common, ...bundle, logLevel: "info" })).watch();
  }
} else {
  await Promise.all(bundles.map((bundle) => build({ ...common, ...bundle })));
}
