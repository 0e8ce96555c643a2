// `npm run pack:cli`: packs the command line as the npm package `hitless` into this folder, or into the one that `--out=` names.
import { cpSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { packTarball, withStagedPackage } from "../test/support/npmPackage/stagePackage.ts";
import { projectRoot } from "../test/support/paths.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: projectRoot },
    // The folder that was packed, for `npm publish FOLDER`.
    folder: { type: "string" },
  },
});

await withStagedPackage(async (stage, manifest) => {
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  const { file, bytes, unpackedBytes } = await packTarball(stage, out);
  const kib = (size: number) => `${Math.round(size / 1_024)} KiB`;
  process.stdout.write(`${join(out, file)} (${kib(bytes)}, ${kib(unpackedBytes)} unpacked)\n`);
  if (values.folder !== undefined) {
    cpSync(stage, resolve(values.folder), { recursive: true });
    process.stdout.write(`${resolve(values.folder)}\n`);
  }
  if (manifest.repository === undefined) {
    process.stdout.write(
      'No repository is named, which npm needs for provenance: set "repository" in package.json, or HITLESS_REPOSITORY.\n',
    );
  }
});
