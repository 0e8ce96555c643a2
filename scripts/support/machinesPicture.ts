import { join } from "node:path";
import type { Browser } from "@playwright/test";
import { openMachineScene } from "../../test/browser/machineScene.ts";
import { openVsCode } from "../../test/browser/vsCodeWindow.ts";
import { projectRoot } from "../../test/support/paths.ts";
import { noMachinesBecause } from "../../test/support/process/sshMachines.ts";
import { startWorkbench } from "../../test/support/workbench.ts";

/** Pixels from the top of the view to below its last row. */
const rowsHeight = 360;

/** A tree with a fleet and machines, of which one lacks Hitless and one is gone; left as it is where there can be none. */
export async function takeMachines(browser: Browser, folder: string): Promise<void> {
  const reason = noMachinesBecause();
  if (reason !== undefined) {
    process.stdout.write(`No picture of machines: ${reason}.\n`);
    return;
  }
  const scene = await openMachineScene();
  const settings = { "workbench.colorTheme": "Light Modern" };
  const workbench = await startWorkbench({ install: projectRoot, settings, env: scene.env });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.25 });
    page.setDefaultTimeout(90_000);
    const vscode = await openVsCode(page, workbench.address({ open: scene.folder }));
    await vscode.openView();
    for (const name of [/^fleet shop, 2 of 2/, /^machine bare, Hitless/, /^machine gone, can't/]) {
      await page.getByRole("treeitem", { name }).waitFor();
    }
    await page
      .getByRole("treeitem", { name: /^worker 1, / })
      .filter({ hasText: /% / })
      .first()
      .waitFor();
    // Where nothing has a tooltip.
    await page.mouse.move(760, 5);
    const { x = 0, y = 0, width = 300 } = (await page.locator(".part.sidebar").boundingBox()) ?? {};
    await page.screenshot({ path: join(folder, "machines.png"), clip: { x, y, width, height: rowsHeight } });
    await page.close();
  } finally {
    await workbench.stop();
    await scene.close();
  }
}
