import assert from "node:assert/strict";
import { build, type Metafile } from "esbuild";
import { projectRoot } from "../../support/paths.ts";

/** What esbuild read for a bundle, without writing it. */
async function inputsOf(entry: string): Promise<Metafile["inputs"]> {
  const { metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: projectRoot,
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    metafile: true,
    mainFields: ["module", "main"],
    external: ["vscode"],
    logLevel: "silent",
  });
  return metafile.inputs;
}

/** The files that are evaluated when the entry is loaded: all but those behind `import()`. */
function evaluated(inputs: Metafile["inputs"], entry: string): Set<string> {
  const found = new Set([entry]);
  for (const file of found) {
    for (const { path, kind } of inputs[file]?.imports ?? []) {
      if (kind !== "dynamic-import" && path in inputs) {
        found.add(path);
      }
    }
  }
  return found;
}

const isPackage = (file: string): boolean => file.includes("node_modules/");

describe("what is loaded at once", () => {
  for (const entry of ["preload.ts", "layers/collector.ts", "metrics/readMetrics.ts"].map(
    (file) => `src/worker/${file}`,
  )) {
    it(`into an app, has no package in it: ${entry}`, async () => {
      assert.deepEqual(Object.keys(await inputsOf(entry)).filter(isPackage), []);
    });
  }

  it("when a window opens, has none either: schemas and the like come with their first use", async () => {
    const entry = "src/extension/main.ts";
    const files = evaluated(await inputsOf(entry), entry);
    assert.ok(files.size > 50, `only ${files.size} files were followed`);
    assert.deepEqual([...files].filter(isPackage), []);
  });
});
