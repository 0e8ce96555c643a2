import { MarkdownString, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import { commandIds } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import { projectStatus, type StatusModel } from "./statusBarModel.ts";

/** Higher is further left; the button follows its item. */
const priority = 50;

/** One item for all apps, which opens the menu, and a button beside it. */
export function createStatusBar(registry: AppRegistry, t: Localize): Disposable {
  const store = new DisposableStore();
  const item = store.add(window.createStatusBarItem("hitless.state", StatusBarAlignment.Left, priority));
  const button = store.add(window.createStatusBarItem("hitless.action", StatusBarAlignment.Left, priority - 0.1));
  item.name = t("Hitless: state");
  item.command = commandIds.showMenu;
  button.name = t("Hitless: reload or start");
  let shown: string | undefined;
  const update = () => {
    const model = projectStatus(registry.apps, t);
    // Setting a property sends it to the window even when it is unchanged.
    const now = JSON.stringify(model);
    if (now !== shown) {
      shown = now;
      showState(item, model);
      showAction(button, model, t);
    }
  };
  store.add(registry.onDidChange(update));
  update();
  return store;
}

function showState(item: StatusBarItem, model: StatusModel | undefined): void {
  if (model === undefined) {
    item.hide();
    return;
  }
  item.text = model.text;
  item.tooltip = new MarkdownString(model.tooltip);
  item.accessibilityInformation = { label: model.accessibilityLabel, role: "button" };
  item.backgroundColor =
    model.severity === "none" ? undefined : new ThemeColor(`statusBarItem.${model.severity}Background`);
  item.show();
}

function showAction(button: StatusBarItem, model: StatusModel | undefined, t: Localize): void {
  if (model?.action === undefined) {
    button.hide();
    return;
  }
  const reload = model.action === "reload";
  const label = reload ? t("Hitless: Reload (new workers first, no request is lost)") : t("Hitless: Start");
  button.text = reload ? "$(sync)" : "$(play)";
  button.command = reload ? commandIds.reload : commandIds.start;
  button.tooltip = label;
  button.accessibilityInformation = { label, role: "button" };
  button.show();
}
