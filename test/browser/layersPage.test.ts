import { expect, test } from "@playwright/test";
import type { LayerFacts } from "../../src/shared/layers/facts.ts";
import { expectAccessible } from "../support/accessibility.ts";
import { appMessage, sampleFacts, samplePulse, sampleSample, workers } from "../unit/webview/fixtures.ts";
import { openLayersPage, showLoad, themeNames } from "./layersPageHarness.ts";

const root = appMessage.root ?? "";
/** The one that the first of the others has replaced. */
const formerWorker = { id: 1, slot: 1, pid: 4100, generation: 1 };
const allBands = ["code", "api", "bindings", "dependencies", "os"];

for (const theme of themeNames) {
  test(`has nothing that keeps anybody out, in the theme ${theme}`, async ({ page }) => {
    const panel = await openLayersPage(page, {
      theme,
      saved: { open: allBands, trace: "fs.readFile", comparing: true },
    });
    await showLoad(panel);
    await panel.tell(
      { type: "comparison", left: sampleFacts({ worker: formerWorker }), right: sampleFacts() },
      { type: "failure", place: "sample", message: "The worker was too busy." },
    );
    // Colours on their way from one to another are none to be judged.
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
    await expectAccessible(page);
  });
}

test("says where there is nothing to see, and why", async ({ page }) => {
  const panel = await openLayersPage(page);
  const { tell, said } = panel;
  await expect(page.getByText("Looking for apps …")).toBeVisible();
  const { app, root: _root, worker, ...rest } = appMessage;
  await tell({ ...rest, apps: [], workers: [], status: "noApp" });
  await expect(page.getByText("No app was found in this workspace.")).toBeVisible();
  await page.getByRole("button", { name: "fetch", exact: true }).click();
  await expect(page.locator(".band[data-layer=api] .step")).toContainText("fetch");
  await expectAccessible(page);

  await tell({ ...appMessage, workers: [], status: "stopped", problem: "Its entry is gone." });
  await expect(page.getByRole("alert")).toContainText("Its entry is gone.");
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await tell({ ...appMessage, status: "starting" });
  await expect(page.getByText("No worker is ready yet.")).toBeVisible();
  await tell(appMessage);
  await expect(page.getByText("Asking the worker …")).toBeVisible();
  await tell({ type: "failure", place: "facts", message: "It did not answer within 8000 ms." });
  await page.getByRole("alert").getByRole("button", { name: "Retry" }).click();
  await tell({ type: "facts", facts: sampleFacts() });
  await expect(page.getByRole("alert")).toHaveCount(0);
  expect((await said()).map(({ type }) => type)).toEqual(["ready", "start", "retry"]);
});

test("tells which of the app's functions is responsible, in a narrow page too, and saves the sample", async ({
  page,
}) => {
  const panel = await openLayersPage(page);
  await page.setViewportSize({ width: 440, height: 900 });
  await showLoad(panel);
  const own = {
    name: "hashPassword",
    at: { file: `${root}/src/users/password.js`, line: 12 },
    selfMs: 4,
    causedMs: 957,
    totalMs: 961,
    line: 14,
    calls: [{ name: "pbkdf2Sync", line: 14, ms: 953, part: "binding:crypto" }],
  };
  const router = { file: `${root}/node_modules/router/index.js`, line: 189 };
  const tree = [
    ...Array.from({ length: 28 }, (_, index) => {
      return { parent: index - 1, name: `next${index}`, at: router, part: "node", selfMs: 0, totalMs: 2_500 };
    }),
    { parent: 27, name: "hashPassword", at: own.at, part: "code", selfMs: 4, totalMs: 961 },
  ];
  await panel.tell({ type: "sample", sample: { ...sampleSample(), own: [own], tree } });
  const table = page.getByRole("table", { name: "By your own functions" });
  await expect(table.getByRole("columnheader")).toHaveText(["Function", "Mostly in", "Responsible for"]);
  const cells = table.getByRole("row").nth(1).getByRole("cell");
  await expect(cells.first()).toContainText("hashPassword");
  await expect(cells.nth(1)).toContainText("pbkdf2Sync");
  const isCut = (element: HTMLElement) => element.scrollWidth > element.clientWidth;
  expect(await cells.first().evaluate(isCut)).toBe(false);
  await expect(cells.nth(2)).toHaveText("19.1 % · 957 ms");
  await cells.first().getByRole("button", { name: "src/users/password.js:14" }).click();
  // What only leads to the app's function is an item together, until one wants to see it.
  const calls = page.getByRole("tree", { name: "Call tree" }).getByRole("treeitem");
  await expect(calls).toHaveText([
    /^50(?:\.0)?\s%… 28 frames of router$/,
    /^19\.2\s%hashPassword.*src\/users\/password\.js:12/,
  ]);
  await page.getByRole("checkbox", { name: "Leave out idle time" }).check();
  await expect(calls.first()).toContainText(/^100(?:\.0)?\s%/);
  await calls.first().focus();
  await page.keyboard.press("Enter");
  await expect(calls).toHaveCount(29);
  await expect(calls.first()).toBeFocused();
  await expect(calls.first()).toHaveText(/next0.*router\/index\.js:189$/);
  await page.keyboard.press("End");
  await expect(calls.last()).toBeFocused();
  await page.getByRole("button", { name: "Save as .cpuprofile" }).click();
  await page.getByRole("button", { name: "Heap snapshot …" }).click();
  expect((await panel.said()).map(({ type }) => type)).toEqual(["ready", "open", "saveProfile", "saveHeapSnapshot"]);
  await page.setViewportSize({ width: 900, height: 900 });
  await expect(table.getByRole("columnheader", { name: "Total time" })).toBeVisible();
});

test("goes by keyboard alone, from the first control to the last", async ({ page }) => {
  const panel = await openLayersPage(page);
  await showLoad(panel);
  const focused = () =>
    page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? "");
  const way: string[] = [];
  for (let step = 0; step < 27; step += 1) {
    await page.keyboard.press("Tab");
    way.push(await focused());
  }
  expect(way.slice(0, 25)).toEqual([
    ...["App", "Worker", "Rehearse a Reload…", "Compare", "Copy as Markdown", "Save as JSON"],
    ...["1 · gen 2", "2 · gen 2"],
    // The box is named by its label.
    "",
    ...["fs.readFile", "crypto.pbkdf2", "dns.lookup", "fetch", "setTimeout", "zlib.gzip"],
    ...["Sample now", "Length of the sample", "Save as .cpuprofile", "Heap snapshot …", ""],
    ...["Your code", "Node.js API", "Bindings and C++ addons", "Dependencies", "Operating system"],
  ]);

  await page.getByRole("button", { name: "Your code" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Your code" })).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("button", { name: "Node.js API" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(page.getByRole("button", { name: "Operating system" })).toBeFocused();

  const box = page.getByRole("combobox", { name: "Trace a call" });
  await box.focus();
  await page.keyboard.type("pbkdf2");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { name: /^crypto\.pbkdf2\b/ }).first()).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await page.keyboard.press("Enter");
  await expect(box).toHaveValue("crypto.pbkdf2");
  await expect(page.getByRole("status")).toContainText("Thread pool");
  await page.keyboard.press("Escape");
  await expect(page.locator(".band[data-lit]")).toHaveCount(0);
});

test("reads well to who can't see it", async ({ page }) => {
  const panel = await openLayersPage(page, { saved: { trace: "fs.readFile" } });
  await showLoad(panel);
  await expect(page.getByRole("banner")).toMatchAriaSnapshot(`
    - banner:
      - heading "Runtime Layers" [level=1]
      - combobox "App":
        - option "shop" [selected]
      - combobox "Worker":
        - option "worker 1 · gen 2 · pid 4211 · ready" [selected]
        - option "worker 2 · gen 2 · pid 4212 · ready"
      - text: live
      - button "Rehearse a Reload…"
      - button "Compare"
      - button "Copy as Markdown"
      - button "Save as JSON"
  `);
  await expect(page.getByRole("region", { name: "Trace a call" })).toMatchAriaSnapshot(`
    - region "Trace a call":
      - heading "Trace a call" [level=2]
      - combobox "Trace a call": fs.readFile
      - button "End the trace"
      - list "Examples":
        - listitem:
          - button "fs.readFile" [pressed]
      - paragraph: Thread pool on a thread of the pool binding fs
      - term: Linux
      - definition:
        - code: openat
  `);
  const shares = /^Your code 25\.0.%, Packages 7\.0.%, .*, Native, unattributed 1\.6.%, Idle 42\.0.%$/;
  await expect(page.getByRole("region", { name: "CPU time" }).getByRole("img", { name: shares })).toBeVisible();
  await expect(page.getByRole("region", { name: "Your code" })).toMatchAriaSnapshot(`
    - region "Your code":
      - heading "Your code" [level=2]:
        - button "Your code"
      - paragraph: The app and the packages it loads
      - term: Own modules
      - definition: 3 61.0 KiB
      - term: Packages
      - definition: 3 111 KiB
      - term: All modules
      - definition: "5"
      - term: ESM · CommonJS
      - definition: 2 · 18
      - term: Commit
      - definition: 9cfe638f
      - 'meter "CPU time: Your code"'
      - paragraph:
        - code: fs.readFile
        - text: Your code continues; the result comes later, through a callback or promise. With a file that is open already it neither opens nor closes one. (statx · read) With a signal that is aborted already it does nothing.
  `);
});

test("shows the workers side by side, and the layers of the one whose row is pressed", async ({ page }) => {
  const panel = await openLayersPage(page);
  await showLoad(panel);
  const region = page.getByRole("region", { name: "Workers" });
  const snapshot = `
    - table "Workers":
      - rowgroup:
        - row:
          - columnheader "Slot"
          - columnheader "State"
          - columnheader "CPU"
          - columnheader "Memory (RSS)"
          - columnheader "Loop delay p99"
          - columnheader "Requests/s"
      - rowgroup:
        - row:
          - rowheader "1 · gen 2":
            - button "1 · gen 2"
          - cell "ready"
          - cell /\\d+\\.\\d %/
          - cell /\\d+\\.\\d MiB/
          - cell /\\d+\\.\\d ms/
          - cell /^\\d+$/
        - row /^2 · gen 2 ready/
  `;
  await expect(region).toMatchAriaSnapshot(snapshot);
  await expect(region.getByRole("button", { name: "1 · gen 2" })).toHaveAttribute("aria-current", "true");
  const line = region.locator("tbody tr").first().locator(".trend-line").first();
  expect((await line.getAttribute("d"))?.match(/L/g)?.length).toBe(150);

  await region.getByRole("cell", { name: "ready" }).last().click();
  await region.getByRole("button", { name: "2 · gen 2" }).press("Enter");
  const asked = { type: "choose", worker: 4 };
  expect((await panel.said()).filter(({ type }) => type === "choose")).toEqual([asked, asked]);
  const unresponsive = workers.map((each) => (each.id === 4 ? { ...each, unresponsive: true } : each));
  await panel.tell({ ...appMessage, workers: unresponsive, worker: 4 });
  await expect(region.getByRole("button", { name: "2 · gen 2" })).toBeFocused();
  await expect(region.getByRole("button", { name: "2 · gen 2" })).toHaveAttribute("aria-current", "true");
  await expect(region.getByRole("cell", { name: "unresponsive" })).toHaveAttribute("data-alarming", "");

  await page.setViewportSize({ width: 300, height: 900 });
  await expect(region).toMatchAriaSnapshot(snapshot.replace("2 · gen 2 ready", "2 · gen 2 unresponsive"));
  await panel.tell({ ...appMessage, workers: workers.filter(({ id }) => id !== 4) });
  await expect(region.getByRole("heading", { name: "Workers" })).toBeFocused();
  await region.getByRole("button", { name: "1 · gen 2" }).focus();
  await panel.tell({ ...appMessage, workers: [], status: "stopped" });
  await expect(region).toBeHidden();
  await expect(page.getByRole("main")).toBeFocused();
});

test("samples, shows how far it is, and says the result", async ({ page }) => {
  const panel = await openLayersPage(page);
  await panel.tell(appMessage, { type: "facts", facts: sampleFacts() }, { type: "pulse", pulse: samplePulse() });
  await page.getByLabel("Length of the sample").selectOption("15");
  await page.getByRole("button", { name: "Sample now" }).click();
  await panel.tell({ type: "sampling", worker: appMessage.worker ?? 0, elapsedMs: 0, seconds: 15 });
  await expect(page.getByRole("progressbar", { name: "Sampling" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.getByRole("button", { name: "Cancel" }).click();
  await panel.tell({ type: "sample", sample: sampleSample({ cancelled: true }) });
  await expect(page.getByRole("status")).toContainText("The sample is done: Idle 42.0\u00a0%, Your code 25.0\u00a0%");
  await expect(page.getByRole("meter", { name: "CPU time: Your code" })).toHaveAttribute("aria-valuenow", "32");
  await page.getByLabel("Leave out idle time").check();
  await expect(page.getByRole("meter", { name: "CPU time: Your code" })).toHaveAttribute("aria-valuenow", "55.2");
  expect(await panel.said()).toEqual([{ type: "ready" }, { type: "sample", seconds: 15 }, { type: "cancelSample" }]);
});

test("shows what changed when a generation took over, and opens the user's files", async ({ page }) => {
  const panel = await openLayersPage(page, { saved: { open: ["code"] } });
  await showLoad(panel);
  const [to, , from] = workers;
  if (from === undefined || to === undefined) {
    throw new Error("The fixtures have three workers.");
  }
  await panel.tell({ type: "replaced", from, to });
  await page.getByRole("button", { name: "What changed?" }).click();
  const facts = sampleFacts();
  const left = { ...facts, worker: formerWorker, api: { ...facts.api, version: "v22.20.0" } };
  await panel.tell({ type: "comparison", left, right: facts });
  const row = page.getByRole("region", { name: "What changed" }).getByRole("row", { name: /Node\.js/ });
  await expect(row).toContainText("v22.20.0");
  await expect(row).toContainText("v24.21.0");

  await page.getByRole("button", { name: "src/prices/rounding.js:12" }).click();
  const said = await panel.said();
  expect(said.filter(({ type }) => type === "compare")).toEqual([{ type: "compare", left: 1, right: 3 }]);
  expect(said.at(-1)).toMatchObject({ type: "open", at: { file: `${root}/src/prices/rounding.js`, line: 12 } });
});

test("draws hostile names as text, and ten thousand modules at once", async ({ page }) => {
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const panel = await openLayersPage(page, { saved: { open: allBands } });
  const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script>‮\u0000${"x".repeat(300)}`;
  await showLoad(panel);
  await panel.tell(
    { type: "facts", facts: hostileFacts(hostile) },
    { type: "sample", sample: hostileSample(hostile) },
    { type: "failure", place: "sample", message: hostile },
  );
  const code = page.locator(".band[data-layer=code]");
  await expect(code.getByRole("grid", { name: "Modules" })).toHaveAttribute("aria-rowcount", "10001");
  await expect(code.getByRole("grid", { name: "Packages" })).toHaveAttribute("aria-rowcount", "2001");
  await expect(code.getByRole("grid", { name: "Top functions" })).toHaveAttribute("aria-rowcount", "1001");
  // Only what is in sight is in the page.
  expect(await page.locator("tr").count()).toBeLessThan(400);
  expect(await page.locator("img, #page script").count()).toBe(0);

  const scroller = code.locator(".scroller").filter({ has: page.getByRole("grid", { name: "Modules" }) });
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(code.getByRole("row").filter({ hasText: "module-09999.js" })).toBeVisible();
  await code.getByRole("searchbox", { name: "Filter: Modules" }).fill("module-00042");
  await expect(code.getByRole("table", { name: "Modules" })).toHaveAttribute("aria-rowcount", "2");
  await expect(code.locator("td").filter({ hasText: "<img src=x" }).first()).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  expect(dialogs).toEqual([]);
  expect(errors).toEqual([]);
});

test("fits into 300 pixels", async ({ page }) => {
  await page.setViewportSize({ width: 300, height: 900 });
  const panel = await openLayersPage(page, { saved: { open: allBands, trace: "fs.readFile", comparing: true } });
  await showLoad(panel);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(300);
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll("h1, h2, h3, .vital .value, .meter-text, button")]
      .filter((element) => element.closest("table") === null && element.getClientRects().length > 0)
      .filter((element) => element.getBoundingClientRect().right > 300)
      .map((element) => element.textContent),
  );
  expect(cut).toEqual([]);
  const figures = await page.evaluate(
    () =>
      [...document.querySelectorAll(".worker-name, .worker-state, .figure-value")].filter(
        (element) => element.getBoundingClientRect().right > 300 || element.scrollWidth > element.clientWidth + 1,
      ).length,
  );
  expect(figures).toBe(0);
});

function hostileFacts(name: string): LayerFacts {
  const facts = sampleFacts();
  const modules = Array.from({ length: 10_000 }, (_, index) => ({
    file: `${root}/node_modules/${name}/module-${String(index).padStart(5, "0")}.js`,
    kind: "cjs" as const,
    package: name,
    bytes: index,
  }));
  const packages = Array.from({ length: 2_000 }, (_, index) => ({
    name: `${name}${index}`,
    version: name,
    folder: root,
    modules: 5,
    bytes: index,
  }));
  const environmentNames = Array.from({ length: 3_000 }, (_, index) => `${name}${index}`);
  const warnings = [{ name, message: name, count: 1, at: { file: `javascript:alert(3)//${name}`, line: 1 } }];
  return {
    ...facts,
    code: { ...facts.code, modules, packages, environmentNames, entry: name, commit: name },
    api: { ...facts.api, warnings, flags: [name], version: name, codename: name, builtins: [name] },
    bindings: { ...facts.bindings, internal: [name], addons: [{ file: name, package: name, interface: "unknown" }] },
    os: { ...facts.os, cpuModel: name },
  };
}

function hostileSample(name: string) {
  const functions = Array.from({ length: 1_000 }, (_, index) => ({
    name: `${name}${index}`,
    at: { file: `${root}/${name}.js`, line: index + 1 },
    selfMs: 5,
  }));
  const part = {
    id: "code",
    kind: "package" as const,
    layer: "code" as const,
    name,
    selfMs: 5_000,
    share: 1,
    functions,
  };
  return sampleSample({ parts: [part] });
}
