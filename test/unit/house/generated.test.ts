import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "../../../scripts/generate/generatedFiles.ts";
import { projectRoot } from "../../support/paths.ts";

describe("what is made from tables", () => {
  for (const [path, text] of generatedFiles()) {
    it(`is in ${path} as the tables say`, () => {
      assert.equal(readFileSync(join(projectRoot, path), "utf8"), text, `${path} is old: npm run generate`);
    });
  }
});
