import assert from "node:assert/strict";
import { join } from "node:path";
import { rules } from "../../../../src/server/rules/allRules.ts";
import { projectRoot } from "../../../support/paths.ts";
import { appOf, expectedIn, runRules, sourcesBelow } from "./runRules.ts";

const examples = sourcesBelow(join(projectRoot, "test", "fixtures", "apps"));

describe("the rules, over the example apps", () => {
  for (const { file, text } of examples) {
    it(`find in ${file} what is marked there, and nothing else`, () => {
      const found = runRules(text, `apps/${file}`, appOf(text));
      assert.deepEqual(
        found?.map(({ line, ruleId }) => `${line} ${ruleId}`),
        expectedIn(text),
      );
    });
  }

  it("see at least 20 apps, and each rule both ways", () => {
    const apps = new Set(examples.map(({ file }) => file.split("/")[0]));
    assert.ok(apps.size >= 20, `${apps.size} apps`);
    const expected = examples.flatMap(({ text }) => expectedIn(text).map((entry) => entry.split(" ")[1]));
    assert.deepEqual(
      rules.map(({ id }) => id).filter((id) => !expected.includes(id)),
      [],
    );
    const clean = examples.filter(({ text }) => expectedIn(text).length === 0);
    assert.ok(clean.length >= 10, `${clean.length} files without a finding`);
  });
});
