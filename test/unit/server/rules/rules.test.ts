import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../../../src/server/rules/allRules.ts";
import { ruleLevelSchema } from "../../../../src/shared/language.ts";
import { projectRoot } from "../../../support/paths.ts";
import { bootCases } from "./bootCases.ts";
import { lifecycleCases } from "./lifecycleCases.ts";
import { ruleCases } from "./ruleCases.ts";
import { runRules } from "./runRules.ts";

for (const { id } of rules) {
  describe(`the rule ${id}`, () => {
    for (const { text, marked, file = "app.js", app } of [ruleCases, lifecycleCases, bootCases].flatMap(
      (cases) => cases[id] ?? [],
    )) {
      it(`${marked.length > 0 ? "finds" : "leaves alone"} ${text}`, () => {
        const found = runRules(text, file, app)?.filter(({ ruleId }) => ruleId === id);
        assert.deepEqual(
          found?.map((finding) => finding.marked),
          marked,
        );
        assert.ok(found?.every(({ message }) => /^[^\n]{40,260}\.$/.test(message)));
      });
    }
  });
}

describe("every rule", () => {
  const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
  const settings: Readonly<Record<string, { readonly enum: string[]; readonly default: string }>> =
    manifest.contributes.configuration.properties;
  const texts: Readonly<Record<string, string>> = JSON.parse(
    readFileSync(join(projectRoot, "package.nls.json"), "utf8"),
  );
  const ids = rules.map(({ id }) => id);
  const pages = join(projectRoot, "docs", "rules");

  it("is tested with what it finds and what it leaves alone", () => {
    assert.deepEqual(Object.keys(ruleCases).sort(), [...ids].sort());
    for (const [id, cases] of Object.entries(ruleCases)) {
      assert.ok(cases.filter(({ marked }) => marked.length > 0).length >= 2, `${id} finds something`);
      assert.ok(cases.filter(({ marked }) => marked.length === 0).length >= 2, `${id} leaves something alone`);
    }
  });

  it("has a setting with all levels, and names its own in it", () => {
    const own = Object.keys(settings).filter((key) => key.startsWith("hitless.rules."));
    assert.deepEqual(own.sort(), ids.map((id) => `hitless.rules.${id}`).sort());
    for (const { id, severity } of rules) {
      const setting = settings[`hitless.rules.${id}`];
      assert.deepEqual(setting?.enum, ruleLevelSchema.options);
      assert.equal(setting.default, "default");
      const key = id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      assert.match(texts[`rules.${key}`] ?? "", new RegExp(`Default: ${severity}\\.$`));
    }
  });

  it("has a page: what, why, example and fix", () => {
    assert.deepEqual(readdirSync(pages).sort(), [...ids.map((id) => `${id}.md`), "README.md"].sort());
    const table = readFileSync(join(pages, "README.md"), "utf8");
    for (const { id, severity } of rules) {
      const page = readFileSync(join(pages, `${id}.md`), "utf8");
      assert.ok(page.startsWith(`# ${id}`), id);
      for (const part of ["**What.**", "**Why.**", "**Example.**", "**Fix.**", "```"]) {
        assert.ok(page.includes(part), `${id}: ${part}`);
      }
      assert.ok(page.includes(`\`hitless.rules.${id}\``) && page.includes(`Severity: ${severity}`), id);
      assert.ok(table.includes(`[${id}](${id}.md)`), id);
    }
  });

  it("shows in its page code that it finds, and below Fix code that it does not", () => {
    for (const { id } of rules) {
      const file = join(pages, `${id}.md`);
      assert.ok(existsSync(file), id);
      const [bad = "", good = ""] = readFileSync(file, "utf8").split("**Fix.**");
      const idsIn = (part: string) =>
        [...part.matchAll(/```(js|mjs|ts)\r?\n([\s\S]*?)```/g)].map(([, language = "", code = ""]) =>
          runRules(code, `example.${language}`, { gracefulReload: id === "shutdown-message" })?.map(
            ({ ruleId }) => ruleId,
          ),
        );
      const before = idsIn(bad);
      const after = idsIn(good);
      assert.ok(before.length > 0 && before.every((found) => found?.includes(id)), `${id}: example`);
      assert.ok(after.length > 0 && after.every((found) => found?.includes(id) === false), `${id}: fix`);
    }
  });

  it("survives what can't be parsed and what is odd", () => {
    for (const text of [
      "",
      "process.on('SIGTERM', () => {",
      "app.get('/', (req, res) => { fs.",
      "const { a, ...b } = c; export default class { static { this.x = 1; } }",
    ]) {
      assert.doesNotThrow(() => runRules(text, "app.ts"));
    }
  });
});
