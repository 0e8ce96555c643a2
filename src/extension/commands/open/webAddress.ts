import { env, Uri, window } from "vscode";
import { HitlessError } from "../../../shared/errors.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { webAddresses } from "../../apps/appView.ts";
import { browsableAddress } from "../../presentation/browsableAddress.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";

/** Opens an address of an app in the user's browser, also in a remote window. */
export async function openInBrowser(context: CommandContext, target: CommandTarget): Promise<void> {
  const address = await chooseAddress(context, target, context.t("Select the app to open"));
  if (address !== undefined) {
    // In a remote window this sets up the port's tunnel.
    await env.openExternal(await env.asExternalUri(Uri.parse(address, true)));
  }
}

/** Copies an address of an app, as it is on the machine that the app runs on. */
export async function copyUrl(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t } = context;
  const address = await chooseAddress(context, target, t("Select the app whose address to copy"));
  if (address !== undefined) {
    await env.clipboard.writeText(address);
    window.setStatusBarMessage(t("Copied: {0}", address), copiedMs);
  }
}

/** Milliseconds for which the status bar says what was copied. */
const copiedMs = 3_000;

/** `undefined` if the user chose none. */
async function chooseAddress(
  context: CommandContext,
  target: CommandTarget,
  placeHolder: string,
): Promise<string | undefined> {
  const suits = (app: AppSession["view"]) => webAddresses(app).length > 0;
  const session = await chooseApp(context, target, { suits, placeHolder, onlyHere: true });
  if (session === undefined) {
    return undefined;
  }
  const addresses = [...new Set(webAddresses(session.view).map(browsableAddress))];
  if (addresses.length === 0) {
    const text = context.t("“{0}” is not listening on an http address.", session.name);
    throw new HitlessError("invalidState", text, { remedy: "none" });
  }
  return addresses.length === 1 ? addresses[0] : await window.showQuickPick(addresses);
}
