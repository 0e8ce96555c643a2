import { expect, type Frame, type Page } from "@playwright/test";
import axe from "axe-core";
import * as v from "valibot";

const resultSchema = v.object({
  violations: v.array(
    v.object({
      id: v.string(),
      help: v.string(),
      nodes: v.array(v.object({ html: v.string(), failureSummary: v.optional(v.string()) })),
    }),
  ),
});

/**
 * Fails with what axe-core finds wrong in a page. It is run as the debugger runs things, so the page's policy does not
 * keep it out.
 */
export async function expectAccessible(page: Page | Frame): Promise<void> {
  await page.evaluate(axe.source);
  const result = await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(JSON.stringify)`);
  const { violations } = v.parse(resultSchema, JSON.parse(String(result)));
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = "" }) => `${id}: ${help}\n${html}\n${failureSummary}`),
  );
  expect(found.join("\n\n")).toBe("");
}
