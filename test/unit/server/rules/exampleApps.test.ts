import assert from "node:assert/strict";
import { join } from "node:path";
import { rules } from "../../../../src/server/rules/allRules.ts";
import { projectRoot } from "../../../support/paths.ts";
import { appOf, expectedIn, packageOf, runRules, sourcesBelow } from "./runRules.ts";

const examples = sourcesBelow(join(projectRoot, "test", "fixtures", "apps"));

/** The files of each app, which the rules see together as an editor does. */
const apps = new Map<string, Record<string, string>>();
for (const { file, text } of examples) {
  const [name = "", ...path] = file.split("/");
  apps.set(name, { ...apps.get(name), [path.join("/")]: text });
}

function filesBeside(file: string) {
  const [name = ""] = file.split("/");
  return packageOf(`apps/${name}`, apps.get(name) ?? {});
}

describe("the rules, over the example apps", () => {
  for (const { file, text } of examples) {
    it(`find in ${file} what is marked there, and nothing else`, () => {
      const found = runRules(text, `apps/${file}`, appOf(text), filesBeside(file));
      assert.deepEqual(
        found?.map(({ line, ruleId }) => `${line} ${ruleId}`),
        expectedIn(text),
      );
    });
  }

  it("see at least 20 apps, and each rule both ways", () => {
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
