import assert from "node:assert/strict";
import type { Finding, Rule } from "../../../src/server/analysis/rule.ts";
import { type DiagnoseOptions, diagnose } from "../../../src/server/features/diagnose.ts";
import { analysed } from "./sources.ts";

/** Finds every occurrence of a word. */
function wordRule(id: string, word: string, severity: Rule["severity"] = "warning"): Rule {
  return {
    id,
    severity,
    check: ({ analysis: { module } }): Finding[] =>
      [...module.text.matchAll(new RegExp(`\\b${word}\\b`, "g"))].map(({ index }) => ({
        start: index,
        end: index + word.length,
        message: `There is ${word}.`,
        fixes: [],
      })),
  };
}

async function found(text: string, rules: readonly Rule[], changes: Partial<DiagnoseOptions> = {}) {
  const diagnoses = await diagnose({
    rules,
    context: {
      analysis: analysed(text),
      app: { gracefulReload: false, supervised: true, workers: 2, drainTimeout: 30_000 },
      cancelled: () => false,
    },
    levelOf: () => undefined,
    pause: () => Promise.resolve(),
    failed: (ruleId, error) => assert.fail(`${ruleId}: ${String(error)}`),
    ...changes,
  });
  return diagnoses?.map(({ ruleId, severity, start }) => `${start} ${ruleId} ${severity}`);
}

const rules = [wordRule("one", "foo"), wordRule("two", "bar", "hint")];

describe("the rules", () => {
  it("run in turn, and what they find is in the order of the source", async () => {
    assert.deepEqual(await found("bar; foo; bar;", rules), ["0 two hint", "5 one warning", "10 two hint"]);
  });

  it("have the severity that the settings say, and their own where they say nothing of use", async () => {
    const levels = new Map<string, unknown>([
      ["one", "off"],
      ["two", "error"],
    ]);
    assert.deepEqual(await found("foo; bar;", rules, { levelOf: (id) => levels.get(id) }), ["5 two error"]);
    assert.deepEqual(await found("foo", rules, { levelOf: () => "default" }), ["0 one warning"]);
    assert.deepEqual(await found("foo", rules, { levelOf: () => 7 }), ["0 one warning"]);
  });

  it("are silenced for a line by a comment above it", async () => {
    assert.deepEqual(await found("// hitless-disable-next-line one\nfoo; bar;\nfoo;", rules), [
      "38 two hint",
      "43 one warning",
    ]);
    assert.deepEqual(await found("// hitless-disable-next-line one, two -- known\nfoo; bar;", rules), []);
    assert.deepEqual(await found("/* hitless-disable-next-line */\nfoo; bar;", rules), []);
    assert.deepEqual(await found("// hitless-disable-next-line three\nfoo;", rules), ["35 one warning"]);
    assert.deepEqual(await found("// hitless-disable-next-lines\nfoo;", rules), ["30 one warning"]);
  });

  it("find at most 200 things in a file, and say how many more there are", async () => {
    const count = (text: string) =>
      diagnose({
        rules,
        context: {
          analysis: analysed(text),
          app: { gracefulReload: false, supervised: true, workers: 2, drainTimeout: 30_000 },
          cancelled: () => false,
        },
        levelOf: () => undefined,
        pause: () => Promise.resolve(),
        failed: (ruleId, error) => assert.fail(`${ruleId}: ${String(error)}`),
      });
    const all = await count("foo;".repeat(200));
    assert.deepEqual([all?.length, all?.at(-1)?.message], [200, "There is foo."]);
    const more = await count("foo;".repeat(203));
    assert.equal(more?.length, 200);
    assert.equal(more.at(-1)?.message, "There is foo. 3 more findings in this file are not shown.");
    assert.equal(more.at(-2)?.message, "There is foo.");
  });

  it("go on when one of them throws", async () => {
    const failures: string[] = [];
    const broken: Rule = {
      id: "broken",
      severity: "error",
      check: () => {
        throw new Error("oops");
      },
    };
    const failed = (ruleId: string, error: unknown) => failures.push(`${ruleId}: ${String(error)}`);
    assert.deepEqual(await found("foo", [broken, ...rules], { failed }), ["0 one warning"]);
    assert.deepEqual(failures, ["broken: Error: oops"]);
  });

  it("stop between two of them when nobody waits any more", async () => {
    let asked = 0;
    const counting: Rule = {
      id: "counting",
      severity: "hint",
      check: () => {
        asked += 1;
        return [];
      },
    };
    let paused = 0;
    const context = {
      analysis: analysed(""),
      app: { gracefulReload: false, supervised: false, workers: 2, drainTimeout: 1 },
      cancelled: () => paused > 1,
    };
    const pause = async () => {
      paused += 1;
    };
    assert.equal(await found("", [counting, counting, counting], { context, pause }), undefined);
    assert.equal(asked, 1);
  });
});
