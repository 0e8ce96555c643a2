import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import { projectRoot } from "../support/paths.ts";

const deadlineMs = 60_000;

/** Compiles the sources of an app, as people do with tsc, esbuild and webpack, with source maps in files. */
export function addBuiltFiles(app: string): void {
  const built = join(app, "built");
  mkdirSync(built, { recursive: true });
  const bundled = join(app, "sources", "bundle.ts");
  buildSync({
    absWorkingDir: app,
    entryPoints: [bundled],
    outfile: join(built, "esbuild.js"),
    bundle: true,
    minify: true,
    platform: "node",
    sourcemap: true,
    logLevel: "silent",
  });
  const ledger: BuildOptions = {
    absWorkingDir: app,
    entryPoints: [join(app, "sources", "ledger.ts")],
    bundle: true,
    platform: "node",
  };
  buildSync({ ...ledger, outfile: join(built, "ledger.js"), minify: true, target: "es2020", sourcemap: true });
  buildSync({ ...ledger, outfile: join(built, "ledger-readable.js"), sourcemap: "inline" });
  buildSync({ ...ledger, outfile: join(built, "ledger-plain.js") });
  const run = (...args: readonly string[]): void => {
    execFileSync(process.execPath, args, { cwd: app, timeout: deadlineMs, stdio: "pipe" });
  };
  const flags = ["--ignoreConfig", "--module", "commonjs", "--target", "es2022", "--sourceMap", "--types", ""];
  const tsc = join(projectRoot, "node_modules", "typescript", "bin", "tsc");
  run(tsc, ...flags, "--outDir", join(built, "tsc"), join(app, "sources", "rates.ts"));
  const old = ["--ignoreConfig", "--module", "commonjs", "--target", "es2015", "--inlineSourceMap", "--types", ""];
  run(tsc, ...old, "--outDir", join(built, "old"), join(app, "sources", "stock.ts"));
  run(tsc, ...old, "--esModuleInterop", "--outDir", join(built, "old"), join(app, "sources", "ledger.ts"));
  const config = {
    mode: "production",
    target: "node",
    devtool: "source-map",
    entry: bundled,
    output: { path: built, filename: "webpack.js", library: { type: "commonjs2" } },
    resolve: { extensions: [".ts", ".js"] },
    module: { rules: [{ test: "__TS__", loader: "esbuild-loader" }] },
  };
  const file = join(app, "bundle.cjs");
  const text = JSON.stringify(config).replace('"__TS__"', "/\\.ts$/");
  writeFileSync(
    file,
    `require("webpack")(${text}, (error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString());
    process.exitCode = 1;
  }
});
`,
  );
  run(file);
}
