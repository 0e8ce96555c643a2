import type { AppView } from "../../../src/extension/apps/appView.ts";
import type { Localize } from "../../../src/extension/platform/localize.ts";
import { sampleSnapshot } from "../client/samples.ts";

/** The source language, as `vscode.l10n.t` fills it in. */
export const english: Localize = (text, ...args) =>
  text.replace(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));

export function sampleView(changes: Partial<AppView> = {}): AppView {
  return {
    key: "/srv/api#api",
    name: "api",
    folder: "api",
    root: "/srv/api",
    state: "running",
    snapshot: sampleSnapshot(),
    problem: undefined,
    reports: [],
    ...changes,
  };
}
