import { TabInputWebview, window } from "vscode";

/**
 * Closes the tabs of panels of ours that have not come back yet: after a reload of the window one has its panel only
 * when it is first in front, until then it is only a name.
 * @param title Of the tabs that are meant; default: all.
 */
export async function closeWaitingPanels(viewType: string, title?: string): Promise<void> {
  const tabs = window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input, label }) => {
      const isOurs = input instanceof TabInputWebview && input.viewType.endsWith(viewType);
      return isOurs && (title === undefined || label === title);
    });
  if (tabs.length > 0) {
    await window.tabGroups.close(tabs, true);
  }
}
