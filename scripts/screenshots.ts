// `npm run screenshots`: takes the pictures of the README from the running extension; with `-- dark` in a dark theme, to
// look at.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { openVsCode, type VsCodeWindow } from "../test/browser/vsCodeWindow.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { projectRoot } from "../test/support/paths.ts";
import { endSupervisors } from "../test/support/supervisors.ts";
import { startWorkbench } from "../test/support/workbench.ts";
import { type AnimationFrame, animatedWebp } from "./support/animatedWebp.ts";
import { takeLayers } from "./support/layersPictures.ts";
import { takeMachines } from "./support/machinesPicture.ts";
import { encodeWebp, savePicture } from "./support/savePicture.ts";

const themes = { light: "Light Modern", dark: "Dark Modern" } as const;
const pictureSettings = {
  "editor.minimap.enabled": false,
  "editor.scrollbar.horizontal": "hidden",
  // A terminal on a canvas is drawn at a wrong scale in a headless browser.
  "terminal.integrated.gpuAcceleration": "off",
  "typescript.disableAutomaticTypeAcquisition": true,
  // Whatever is on the PATH: a picture shows a release that is looked after.
  "hitless.node": process.execPath,
};
const wanted = process.argv[2] ?? "light";
const port = 3000;
const viewport = { width: 1200, height: 700 };
const imagesFolder = join(projectRoot, "docs", "images");
/** Time for what fades in or out, in milliseconds. */
const settleMs = 1_500;
/** What is written behind this line of the server, counted from 1. */
const mistakeLine = 6;
const mistake = "\nconsole.log(greting);";

mkdirSync(imagesFolder, { recursive: true });
await buildExtension();
const browser = await launchChromium();
try {
  for (const [name, theme] of Object.entries(themes).filter(([one]) => one === wanted)) {
    await takeAll(name, theme);
  }
  await takeMachines(browser, imagesFolder);
} finally {
  await browser.close();
}

async function buildExtension(): Promise<void> {
  const child = spawn(process.execPath, [join(projectRoot, "scripts", "build.mjs")], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) {
    throw new Error("The build failed.");
  }
}

async function takeAll(name: string, theme: string): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "hitless-pictures-")));
  const runtimeFolder = realpathSync(mkdtempSync(join(tmpdir(), "hl-")));
  const app = copyShop(folder);
  const workbench = await startWorkbench({
    install: projectRoot,
    settings: { ...pictureSettings, "workbench.colorTheme": theme },
    env: { HITLESS_RUNTIME_DIR: runtimeFolder },
  });
  try {
    const page = await browser.newPage({ viewport, deviceScaleFactor: 1.25 });
    const vscode = await openVsCode(page, workbench.address({ open: app }));
    await arrange(vscode);
    const take = async (picture: string) => {
      // Where nothing has a tooltip.
      await page.mouse.move(760, 5);
      await page.getByText(/^Analyzing/).waitFor({ state: "hidden" });
      await page.waitForTimeout(settleMs);
      await savePicture(page, join(imagesFolder, `${picture}-${name}.webp`));
    };
    await page.getByRole("button", { name: "Start", exact: true }).first().click();
    await vscode
      .appRow("shop")
      .and(page.getByRole("treeitem", { name: /3 of 3/ }))
      .waitFor();
    await take("running");
    // Long requests keep old workers draining while the picture is taken.
    const requests = Array.from({ length: 6 }, slowRequest);
    // The palette takes its time, and the requests no more than five seconds.
    await vscode.statusItem(/^Hitless: Reload/).click();
    await page
      .getByRole("treeitem", { name: /draining/ })
      .first()
      .waitFor();
    await take("reload");
    await Promise.all(requests);
    const frames: AnimationFrame[] = [];
    let before: Buffer | undefined;
    const film = async (durationMs: number) => {
      await page.mouse.move(760, 5);
      await page.waitForTimeout(settleMs);
      const png = await page.screenshot({ scale: "css" });
      frames.push({ webp: await encodeWebp(page, png, before), durationMs });
      before = png;
    };
    await makeMistake(vscode, film);
    await repairMistake(vscode, film);
    writeFileSync(join(imagesFolder, `mistake-${name}.webp`), animatedWebp(frames, viewport));
    await takeLayers(vscode, { port, paths: ["/", "/api/goods"], folder: imagesFolder, name });
    await page.close();
  } finally {
    await workbench.stop();
    await endSupervisors(runtimeFolder);
    rmSync(folder, { recursive: true, force: true });
    rmSync(runtimeFolder, { recursive: true, force: true });
  }
}

function copyShop(parent: string): string {
  const app = join(parent, "shop");
  cpSync(join(projectRoot, "examples", "shop"), app, { recursive: true });
  mkdirSync(join(app, ".vscode"));
  const apps = [{ name: "shop", entry: "server.js", workers: 3, watch: true, env: { PORT: String(port) } }];
  writeFileSync(join(app, ".vscode", "settings.json"), JSON.stringify({ "hitless.apps": apps }, null, 2));
  return app;
}

/** An editor with the server's code, and a side bar in which no row is cut. */
async function arrange(vscode: VsCodeWindow): Promise<void> {
  const { page } = vscode;
  await page.getByRole("treeitem", { name: "server.js" }).dblclick();
  await page.getByRole("tab", { name: /^server\.js/ }).waitFor();
  await vscode.openView();
  await page.mouse.move(350, 400);
  await page.mouse.down();
  await page.mouse.move(460, 400, { steps: 5 });
  await page.mouse.up();
}

/** A save that does not start, while requests are answered by the workers that go on serving. */
async function makeMistake(vscode: VsCodeWindow, film: (durationMs: number) => Promise<void>): Promise<void> {
  const { page } = vscode;
  await page.getByRole("button", { name: "Requests Section" }).click();
  await page.getByRole("treeitem", { name: "In flight, 0" }).waitFor();
  await Promise.all([slowRequest(), slowRequest()]);
  await page.getByRole("tab", { name: /^server\.js/ }).click();
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("ControlOrMeta+Home");
  for (let line = 1; line < mistakeLine; line += 1) {
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("End");
  await film(1_500);
  await page.keyboard.insertText(mistake);
  await film(1_500);
  await page.keyboard.press("ControlOrMeta+s");
  await page.locator(".squiggly-error").first().waitFor();
  await film(3_000);
  void slowRequest();
  await page.getByRole("treeitem", { name: /^GET \/slow, [\d.]+ m?s, worker/ }).waitFor();
  await film(3_000);
}

async function repairMistake(
  { page, appRow }: VsCodeWindow,
  film: (durationMs: number) => Promise<void>,
): Promise<void> {
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("ControlOrMeta+z");
  await page.keyboard.press("ControlOrMeta+s");
  await appRow("shop")
    .and(page.getByRole("treeitem", { name: /running, 3 of 3/ }))
    .waitFor();
  await film(2_500);
  await page.getByRole("button", { name: "Requests Section" }).click();
}

function slowRequest(): Promise<void> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path: "/slow", agent: false }, (response) => {
      response.resume().once("end", resolve);
    }).once("error", () => resolve());
  });
}
