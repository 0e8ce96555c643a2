import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { catalogue } from "../../../../src/shared/layers/catalogue.ts";
import type { CatalogueEntry } from "../../../../src/shared/layers/entry.ts";
import { nodeProgramOf, testedNodes } from "../../../support/process/nodeMatrix.ts";
import { describeOn } from "../../../support/process/scene.ts";

const program = fileURLToPath(new URL("missing.mjs", import.meta.url));
const onWindows = process.platform === "win32";
// Some are there on POSIX only.
const entries = catalogue.filter(({ calls }) => !onWindows || calls.linux.length === 0 || calls.windows.length > 0);
const name = (entry: CatalogueEntry) => `${entry.module}:${entry.name}`;

describeOn(testedNodes(), "the catalogue", ({ node }) => {
  it("says what this version does not have", async () => {
    const args = ["--no-warnings", program, entries.map(name).join(" ")];
    const { stdout } = await promisify(execFile)(await nodeProgramOf(node), args, { timeout: 30_000 });
    const newer = entries.filter(({ since }) => since !== undefined && since > Number(node.major));
    assert.deepEqual(JSON.parse(stdout), newer.map(name));
  });
});
