import { get } from "node:http";
import { join } from "node:path";
import type { VsCodeWindow } from "../../test/browser/vsCodeWindow.ts";
import { savePicture } from "./savePicture.ts";

export interface LayersPictures {
  /** Port of the running app, which is asked for `paths` while it is sampled. */
  readonly port: number;
  readonly paths: readonly string[];
  readonly folder: string;
  /** The theme, as it is called in the picture's name. */
  readonly name: string;
}

/** Requests under way at a time. */
const lanes = 32;
/** Time for what fades in or out, in milliseconds. */
const settleMs = 1_500;

/** Takes the picture of the layers panel: a worker under load, sampled, with a call's way through the layers. */
export async function takeLayers(vscode: VsCodeWindow, { port, paths, folder, name }: LayersPictures): Promise<void> {
  const { page } = vscode;
  await page.setViewportSize({ width: 1200, height: 980 });
  await vscode.runCommand("View: Close All Editors");
  await vscode.runCommand("View: Hide Panel");
  await vscode.runCommand("View: Close Primary Side Bar");
  await vscode.runCommand("Hitless: Show Runtime Layers");
  const panel = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  let stopped = false;
  const ask = (turn: number) => {
    if (!stopped) {
      const path = paths[turn % paths.length] ?? "/";
      const again = () => setImmediate(ask, turn + 1);
      const request = get({ host: "127.0.0.1", port, path, agent: false }, (response) =>
        response.resume().once("close", again),
      );
      request.once("error", again);
    }
  };
  for (let lane = 0; lane < lanes; lane += 1) {
    ask(lane);
  }
  try {
    await panel.getByText("live", { exact: true }).waitFor();
    await panel.getByRole("button", { name: "fs.readFile" }).click();
    await panel.getByLabel("Length of the sample").selectOption("15");
    await panel.getByRole("button", { name: "Sample now" }).click();
    await panel.getByRole("meter", { name: "CPU time: Your code" }).waitFor();
    await page.mouse.move(760, 5);
    await page.waitForTimeout(settleMs);
    await savePicture(page, join(folder, `layers-${name}.webp`));
  } finally {
    stopped = true;
  }
}
