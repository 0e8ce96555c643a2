import { resolve } from "node:path";
import { type AppConfig, appDefaults } from "../../shared/appConfig.ts";
import type { LanguageApp } from "../../shared/language.ts";
import type { AppDefinition } from "../apps/appDefinition.ts";
import { type AppView, isActive, isRenewable, isStartable, workerCounts } from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";
import { stateWord } from "../presentation/stateWords.ts";

/** An app as the language server sees it. `definition` is absent for one that was started elsewhere. */
export function languageApp(
  view: AppView,
  definition: Pick<AppDefinition, "base" | "config" | "entries"> | undefined,
  t: Localize,
): LanguageApp {
  const { key, name, root, reports } = view;
  const config = definition?.config ?? {};
  const workers = wantedWorkers(view, config);
  return {
    key,
    name,
    root,
    entries: entriesOf(view, definition),
    status: statusText(view, t),
    startable: isStartable(view),
    renewable: isRenewable(view),
    active: isActive(view),
    ...(workers !== undefined && { workers }),
    drainTimeout: config.drainTimeout ?? appDefaults.drainTimeout,
    gracefulReload: reports.some(({ kind }) => kind === "gracefulReload"),
  };
}

function entriesOf({ snapshot }: AppView, definition: Parameters<typeof languageApp>[1]): string[] {
  const written = definition?.config.entry ?? definition?.entries[0]?.entry;
  const defined = definition === undefined || written === undefined ? [] : [resolve(definition.base, written)];
  return [...new Set([...defined, ...(snapshot === undefined ? [] : [snapshot.app.entry])])];
}

/** `undefined`: one per CPU, a number that only the supervisor knows. */
function wantedWorkers({ snapshot }: AppView, { workers = appDefaults.workers }: AppConfig): number | undefined {
  return snapshot?.app.desiredWorkers ?? (workers === "max" ? undefined : workers);
}

function statusText(view: AppView, t: Localize): string {
  const { ready, desired } = workerCounts(view);
  const state = stateWord(view.state, t);
  if (!isActive(view) || desired === 0) {
    return state;
  }
  if (ready < desired) {
    return desired === 1
      ? t("{0} · {1} of 1 worker", state, ready)
      : t("{0} · {1} of {2} workers", state, ready, desired);
  }
  return desired === 1 ? t("{0} · 1 worker", state) : t("{0} · {1} workers", state, desired);
}
