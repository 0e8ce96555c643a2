import { expect, type FrameLocator, type Locator, type Page } from "@playwright/test";

/** A VS Code window as a person uses it: everything is found by the name that a screen reader would read. */
export interface VsCodeWindow {
  readonly page: Page;
  /** Opens the Hitless view from the activity bar. */
  openView(): Promise<void>;
  appRow(name: string): Locator;
  workerRows(): Locator;
  /** Points at a row of the tree and presses one of its buttons. */
  pressRowButton(row: Locator, button: string): Promise<void>;
  /** Picks an item of a row's context menu. `seen`: waits for what it has to lead to, for a few seconds. */
  pickFromRowMenu(row: Locator, item: string, seen: (within: { timeout: number }) => Promise<void>): Promise<void>;
  /** The item of the status bar that begins with this name. */
  statusItem(name: RegExp): Locator;
  /** Picks a command from the palette, by its whole title. */
  runCommand(title: string): Promise<void>;
  /** The rendered Markdown in front. */
  markdown(): FrameLocator;
  /** A message at the bottom right that has this text. */
  message(text: RegExp): Locator;
}

export async function openVsCode(page: Page, address: string): Promise<VsCodeWindow> {
  await page.goto(address);
  await untilLoaded(page);
  const pane = page.getByRole("tree", { name: /^(Hitless: )?Apps/ });
  return {
    page,
    async openView() {
      const tab = page.getByRole("tab", { name: /^Hitless/ });
      await tab.waitFor();
      if ((await tab.getAttribute("aria-selected")) !== "true") {
        await tab.click();
      }
    },
    appRow: (name) => pane.getByRole("treeitem", { name: new RegExp(`^${name}, `) }),
    workerRows: () => pane.getByRole("treeitem", { name: /^worker \d+, / }),
    async pressRowButton(row, button) {
      await row.hover();
      await row.getByRole("button", { name: new RegExp(`^${button}( \\(|$)`) }).click();
    },
    async pickFromRowMenu(row, item, seen) {
      const menuItem = page.getByRole("menuitem", { name: item });
      // A menu takes no click in its first 100 ms, and closes when something else takes the focus, as a terminal does
      // some time after its text has come. So neither the click nor the end of the menu tells that the item was picked.
      await expect(async () => {
        if (!(await menuItem.isVisible())) {
          await row.click({ button: "right", timeout: 5_000 });
        }
        await menuItem.click({ timeout: 2_000 });
        await expect(menuItem).toBeHidden({ timeout: 1_000 });
        await seen({ timeout: 5_000 });
      }).toPass({ timeout: 45_000 });
    },
    statusItem: (name) => page.locator("footer").getByRole("button", { name }),
    async runCommand(title) {
      const input = page
        .getByRole("combobox", { name: /Type the name of a command/ })
        .or(page.locator(".quick-input-box input"))
        .first();
      const option = page.getByRole("option", { name: new RegExp(`^${title.replace(/[.…]/g, ".")}(,|$)`) }).first();
      // The palette, too, closes when something else takes the focus; a click on a command in it is never lost.
      await expect(async () => {
        await page.keyboard.press("F1");
        await input.fill(`>${title}`, { timeout: 3_000 });
        await option.click({ timeout: 5_000 });
      }).toPass({ timeout: 30_000 });
    },
    markdown: () => page.frameLocator("iframe.webview.ready").frameLocator("iframe"),
    message: (text) => page.locator(".notification-toast").filter({ hasText: text }),
  };
}

/** The status bar shows when the workbench is up and has its extension host. */
export async function untilLoaded(page: Page): Promise<void> {
  await expect(page.getByRole("tab", { name: /^Explorer/ })).toBeVisible({ timeout: 60_000 });
}
