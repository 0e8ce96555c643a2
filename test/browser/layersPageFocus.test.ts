// What is evaluated in the page knows the page.
/// <reference lib="dom" />
import { expect, type Page, test } from "@playwright/test";
import type { LayerFacts } from "../../src/shared/layers/facts.ts";
import { expectAccessible } from "../support/accessibility.ts";
import { appMessage, sampleFacts, samplePulse, sampleSample, workers } from "../unit/webview/fixtures.ts";
import { openLayersPage, showLoad } from "./layersPageHarness.ts";

const root = appMessage.root ?? "";

test("walks through the rows of a long table by keyboard, which is one stop of Tab", async ({ page }) => {
  const panel = await openLayersPage(page, { saved: { open: ["code"] } });
  await showLoad(panel);
  await panel.tell({ type: "facts", facts: factsWith(modulesUpTo(250)) });
  const table = page.getByRole("grid", { name: "Modules" });
  await expect(table).toHaveAttribute("aria-rowcount", "251");
  await expectAccessible(page);
  await table.getByRole("button", { name: "Size" }).focus();
  await page.keyboard.press("Tab");
  expect(await focused(page)).toEqual({ row: "2", text: "m000.js" });
  for (let row = 1; row < 250; row += 1) {
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toEqual({ row: String(row + 2), text: nameOf(row) });
  }
  expect(await isInSight(page)).toBe(true);
  await page.keyboard.press("ArrowDown");
  expect(await focused(page)).toEqual({ row: "251", text: "m249.js" });
  await page.keyboard.press("PageUp");
  expect(await focused(page)).toEqual({ row: "239", text: "m237.js" });
  await page.keyboard.press("ArrowRight");
  expect(await focused(page)).toEqual({ row: "239", text: "CommonJS" });
  await page.keyboard.press("Home");
  expect(await focused(page)).toEqual({ row: "2", text: "CommonJS" });
  await page.keyboard.press("ArrowLeft");
  expect(await focused(page)).toEqual({ row: "2", text: "m000.js" });
  expect(await isInSight(page)).toBe(true);
  await page.keyboard.press("End");
  expect(await focused(page)).toEqual({ row: "251", text: "m249.js" });
  await page.keyboard.press("Enter");
  expect((await panel.said()).at(-1)).toEqual({ type: "open", at: { file: `${root}/src/m249.js` } });

  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Node.js API" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  expect(await focused(page)).toEqual({ row: "251", text: "m249.js" });
});

test("keeps the focused row when the table is scrolled away from it, and when the facts come again", async ({
  page,
}) => {
  const panel = await openLayersPage(page, { saved: { open: ["code"] } });
  await showLoad(panel);
  await panel.tell({ type: "facts", facts: factsWith(modulesUpTo(250)) });
  const table = page.getByRole("grid", { name: "Modules" });
  await table.getByRole("button", { name: "src/m002.js" }).focus();
  const scroller = page.locator(".scroller").filter({ has: table });
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(table.getByRole("row").filter({ hasText: "m249.js" })).toBeVisible();
  expect(await focused(page)).toEqual({ row: "4", text: "m002.js" });
  await page.keyboard.press("ArrowDown");
  expect(await focused(page)).toEqual({ row: "5", text: "m003.js" });
  expect(await isInSight(page)).toBe(true);

  await scroller.evaluate((element) => element.scrollTo(0, 2_400));
  const before = await table.getByRole("row").filter({ hasText: "m105.js" }).boundingBox();
  // Two come before all others, and one of them says something new.
  const more = [...["a0.js", "a1.js"].map(moduleOf), ...modulesUpTo(250)];
  await panel.tell({
    type: "facts",
    facts: factsWith(more.map((each) => ({ ...each, bytes: (each.bytes ?? 0) + 1 }))),
  });
  expect(await focused(page)).toEqual({ row: "7", text: "m003.js" });
  expect(await table.getByRole("row").filter({ hasText: "m105.js" }).boundingBox()).toEqual(before);

  // The row itself goes: the one that stands in its place takes the focus.
  await panel.tell({ type: "facts", facts: factsWith(more.filter(({ file }) => !file.endsWith("m003.js"))) });
  expect(await focused(page)).toEqual({ row: "7", text: "m004.js" });
  await panel.tell({ type: "facts", facts: factsWith([]) });
  await expect(page.getByRole("heading", { name: "Modules", exact: true })).toBeFocused();
});

test("goes on over rows in which there is nothing to press, and stays with its row in a short table", async ({
  page,
}) => {
  const panel = await openLayersPage(page, { saved: { open: ["api", "code"] } });
  await showLoad(panel);
  const names = Array.from({ length: 40 }, (_, index) => `f${String(index).padStart(2, "0")}`);
  const functions = names.map((name, index) => ({
    name,
    ...(index % 2 === 0 && { at: { file: index % 4 === 0 ? "node:fs" : `${root}/a.js`, line: index } }),
    selfMs: 100 - index,
  }));
  const part = { id: "node", kind: "node", layer: "api", selfMs: 5_000, share: 1, functions } as const;
  await panel.tell({ type: "sample", sample: sampleSample({ parts: [part] }) });
  const table = page.getByRole("grid", { name: "Top functions" });
  await table.getByRole("button", { name: "Share" }).focus();
  await page.keyboard.press("Tab");
  for (let row = 0; row < 40; row += 1) {
    expect((await focused(page)).row).toBe(String(row + 2));
    await page.keyboard.press("ArrowDown");
  }

  // Three modules need no walking: each is a stop of Tab.
  await page.getByRole("table", { name: "Modules" }).getByRole("button", { name: "goods.json" }).focus();
  const facts = sampleFacts();
  const modules = [moduleOf("aa.js"), ...facts.code.modules.map((each) => ({ ...each, bytes: 1 }))];
  await panel.tell({ type: "facts", facts: factsWith(modules) });
  expect((await focused(page)).text).toBe("goods.json");
});

test("disturbs nobody who types, picks, selects or reads while everything comes anew each second", async ({ page }) => {
  const panel = await openLayersPage(page, { saved: { open: ["code", "dependencies"], comparing: true } });
  await showLoad(panel);
  let second = 100;
  const beat = async () => {
    second += 1;
    const pulse = samplePulse();
    const facts = factsWith([moduleOf(`late${second}.js`), ...modulesUpTo(40)]);
    await panel.tell(
      { ...appMessage, workers: workers.map((each) => ({ ...each, unresponsive: second % 2 === 0 && each.id === 4 })) },
      { type: "facts", facts },
      {
        type: "pulse",
        pulse: {
          ...pulse,
          takenAt: pulse.takenAt + second * 1_000,
          uv: { ...pulse.uv, active: pulse.uv.active.map((each) => ({ ...each, count: each.count + second })) },
        },
      },
    );
  };
  await beat();

  const box = page.getByRole("combobox", { name: "Trace a call" });
  await box.focus();
  await page.keyboard.type("fs.read");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const active = await box.getAttribute("aria-activedescendant");
  await beat();
  await page.keyboard.type("F");
  await expect(box).toHaveValue("fs.readF");
  expect(active).not.toBeNull();
  await page.keyboard.press("Escape");

  for (const name of ["Worker", "First worker", "Length of the sample", "App"]) {
    const picker = page.getByLabel(name, { exact: true });
    const options = await picker.evaluateHandle((element: HTMLSelectElement) => {
      const set = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value")?.set;
      Object.defineProperty(element, "value", {
        get: () => element.options[element.selectedIndex]?.value ?? "",
        set(value: string) {
          element.dataset.moved = "true";
          set?.call(element, value);
        },
      });
      return [...element.options];
    });
    await picker.focus();
    await beat();
    await expect(picker).toBeFocused();
    // An open list loses its mark when a value is set, though it be the same, and when options are made anew.
    expect(await picker.getAttribute("data-moved")).toBeNull();
    expect(await picker.evaluate((_select, old) => old.every((each) => each.isConnected), options)).toBe(true);
  }

  const filter = page.getByRole("searchbox", { name: "Filter: Modules" });
  await filter.fill("late");
  await beat();
  await expect(filter).toBeFocused();
  await expect(filter).toHaveValue("late");
  await filter.fill("");

  const type = page.getByRole("table", { name: "libuv's open handles and requests" }).getByText("TCPServerWrap");
  await type.selectText();
  await page.evaluate(() => window.scrollTo(0, 200));
  const at = await page.evaluate(() => window.scrollY);
  await beat();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe("TCPServerWrap");
  expect(await page.evaluate(() => window.scrollY)).toBe(at);
});

test("gives the focus on when what had it goes away", async ({ page }) => {
  const panel = await openLayersPage(page);
  await showLoad(panel);
  const [to, , from] = workers;
  if (from === undefined || to === undefined) {
    throw new Error("The fixtures have three workers.");
  }
  const focus = () => page.evaluate(() => document.activeElement?.textContent ?? document.activeElement?.tagName);
  await panel.tell({ type: "replaced", from, to }, { type: "failure", place: "sample", message: "Too busy." });
  await page.getByRole("alert").getByRole("button", { name: "Dismiss" }).press("Enter");
  await expect(page.getByRole("alert")).toHaveCount(0);
  expect(await focus()).toBe("What changed?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "What changed" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("First worker")).toBeFocused();

  await panel.tell({ type: "replaced", from, to });
  await page.getByRole("button", { name: "Dismiss" }).press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "1 · gen 2" })).toBeFocused();

  const box = page.getByRole("combobox", { name: "Trace a call" });
  await page.getByRole("button", { name: "fetch", exact: true }).click();
  await page.getByRole("button", { name: "End the trace" }).press("Enter");
  await expect(box).toBeFocused();

  // Another worker, of which nothing is known yet.
  await page.getByRole("button", { name: "Copy as Markdown" }).focus();
  await panel.tell({ ...appMessage, worker: 4 });
  await expect(page.getByRole("button", { name: "Copy as Markdown" })).toBeFocused();
  await page.keyboard.press("Enter");
  expect((await panel.said()).map(({ type }) => type)).not.toContain("copyReport");
});

test("helps with a name that it does not know, and takes one by keyboard", async ({ page }) => {
  const panel = await openLayersPage(page);
  await showLoad(panel);
  const box = page.getByRole("combobox", { name: "Trace a call" });
  await box.focus();
  await page.keyboard.type("fs.raedFlie");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("Did you mean one of these? fs.readFile");
  const near = page.locator(".unknown");
  await expect(near).toContainText("No function of that name leaves JavaScript");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await near.getByRole("button", { name: "fs.readFile", exact: true }).press("Enter");
  await expect(box).toHaveValue("fs.readFile");
  await expect(box).toBeFocused();
  await expect(near).toBeHidden();
  await expect(page.locator(".band[data-lit=step]")).toHaveCount(5);

  await box.fill("pbkdf2");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const picked = await box.inputValue();
  // Once more is no other choice.
  await page.keyboard.press("Enter");
  await expect(box).toHaveValue(picked);

  await box.fill("no such function at all");
  await page.keyboard.press("Enter");
  await expect(near).toBeVisible();
  await expect(near.getByRole("button")).toHaveCount(0);
});

async function focused(page: Page): Promise<{ row: string | undefined; text: string | undefined }> {
  return await page.evaluate(() => {
    const element = document.activeElement;
    const name = element?.querySelector(".file") ?? element;
    return {
      row: element?.closest("tr")?.getAttribute("aria-rowindex") ?? undefined,
      text: name?.textContent ?? undefined,
    };
  });
}

/** Whether what has the focus is neither cut off nor below the head of its table. */
function isInSight(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const own = document.activeElement?.getBoundingClientRect();
    const frame = document.activeElement?.closest(".scroller")?.getBoundingClientRect();
    return (
      own !== undefined &&
      frame !== undefined &&
      own.top >= frame.top + 23 &&
      own.bottom <= frame.bottom + 1 &&
      own.bottom <= window.innerHeight
    );
  });
}

type Modules = LayerFacts["code"]["modules"];

function factsWith(modules: Modules): LayerFacts {
  const facts = sampleFacts();
  return { ...facts, code: { ...facts.code, modules } };
}

function modulesUpTo(count: number): Modules {
  return Array.from({ length: count }, (_, index) => moduleOf(nameOf(index)));
}

function moduleOf(name: string): Modules[number] {
  return { file: `${root}/src/${name}`, kind: "cjs", bytes: 100 };
}

function nameOf(index: number): string {
  return `m${String(index).padStart(3, "0")}.js`;
}
