import { env, Uri, window } from "vscode";
import { HitlessError } from "../../shared/errors.ts";
import { webAddresses } from "../apps/appView.ts";
import { browsableAddress } from "./browsableAddress.ts";
import { chooseApp } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";

/** Opens an address of an app in the user's browser, also in a remote window. */
export async function openInBrowser(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: (app) => webAddresses(app).length > 0,
    placeHolder: t("Select the app to open"),
  });
  if (session === undefined) {
    return;
  }
  const addresses = [...new Set(webAddresses(session.view).map(browsableAddress))];
  if (addresses.length === 0) {
    throw new HitlessError("invalidState", t("“{0}” is not listening on an http address.", session.name), {
      remedy: "none",
    });
  }
  const address = addresses.length === 1 ? addresses[0] : await window.showQuickPick(addresses);
  if (address !== undefined) {
    // In a remote window this sets up the port's tunnel.
    await env.openExternal(await env.asExternalUri(Uri.parse(address, true)));
  }
}
