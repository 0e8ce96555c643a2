import {
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
} from "vscode";
import { RequestFeed } from "../../../client/requests/requestFeed.ts";
import type { Disposable } from "../../../shared/basics/disposable.ts";
import { usualSlowMs } from "../../../shared/layers/slowRequests.ts";
import { isActive } from "../../apps/appView.ts";
import type { AppsEverywhere } from "../../apps/machines/appsEverywhere.ts";
import { commandIds, viewIds } from "../../ids.ts";
import { DisposableStore } from "../../platform/disposableStore.ts";
import type { Localize } from "../../platform/localize.ts";
import { type RequestRow, requestRows, type SeenApp } from "./requestRows.ts";

/** Milliseconds between two looks while the view is visible; workers stop watching 5 s after the last. */
const lookMs = 1_000;

export interface RequestsView extends Disposable {
  /** Asks which requests are slow. */
  chooseThreshold(): Promise<void>;
  /** Asks for a part of the path. */
  chooseFilter(): Promise<void>;
  /** Forgets what has ended. */
  clear(): void;
}

type Client = ConstructorParameters<typeof RequestFeed>[0];

/** What is known of the requests of one app. */
interface WatchedApp {
  readonly client: Client;
  readonly feed: RequestFeed;
  /** An answer is under way: one of a slow machine delays those of no other. */
  looking: boolean;
}

/** The view of what is being answered, and of what was slow or failed. It asks for nothing while it is not visible. */
export function createRequestsView(registry: Pick<AppsEverywhere, "sessions">, t: Localize): RequestsView {
  const store = new DisposableStore();
  const changes = store.add(new EventEmitter<RequestRow | undefined>());
  const watched = new Map<string, WatchedApp>();
  let [slowMs, filter, shown] = [usualSlowMs, "", ""];
  let rows: readonly RequestRow[] = [];
  let timer: NodeJS.Timeout | undefined;

  const view = store.add(
    window.createTreeView<RequestRow>(viewIds.requests, {
      treeDataProvider: {
        onDidChangeTreeData: changes.event,
        getChildren: (row) => [...(row?.children ?? rows)],
        getTreeItem: treeItem,
      },
    }),
  );

  const active = () => registry.sessions.filter(({ client, view: app }) => client !== undefined && isActive(app));
  const draw = (): void => {
    const apps = active().flatMap(({ key, view: app }): SeenApp[] => {
      const feed = watched.get(key)?.feed;
      if (feed === undefined) {
        return [];
      }
      const { inFlight, inFlightCount, ended, silent } = feed;
      return [{ key, name: app.name, inFlight, inFlightCount, ended, silent }];
    });
    rows = requestRows({ apps, filter, slowMs, t });
    const drawn = JSON.stringify(rows);
    if (drawn !== shown) {
      shown = drawn;
      changes.fire(undefined);
    }
  };
  const look = (): void => {
    for (const { key, client } of active()) {
      const known = watched.get(key);
      const app =
        known !== undefined && known.client === client
          ? known
          : { client: client as Client, feed: new RequestFeed(client as Client, { slowMs }), looking: false };
      watched.set(key, app);
      if (!app.looking) {
        app.looking = true;
        // A supervisor that has just gone is told of elsewhere.
        void app.feed
          .look()
          .catch(() => undefined)
          .then(() => {
            app.looking = false;
            draw();
          });
      }
    }
    draw();
  };
  const follow = (visible: boolean): void => {
    clearInterval(timer);
    timer = visible ? setInterval(look, lookMs) : undefined;
    if (visible) {
      look();
    }
  };
  const restart = (): void => {
    watched.clear();
    view.description = filter === "" ? "" : filter;
    follow(view.visible);
  };
  store.add(view.onDidChangeVisibility(({ visible }) => follow(visible)));
  store.add({ dispose: () => clearInterval(timer) });
  follow(view.visible);
  return {
    async chooseThreshold() {
      const written = await window.showInputBox({
        title: t("Which requests are slow?"),
        prompt: t("Those that take this many milliseconds; 0 shows all"),
        value: String(slowMs),
        validateInput: (text) => (/^\d{1,7}$/.test(text.trim()) ? undefined : t("A whole number, such as 500")),
      });
      if (written !== undefined) {
        slowMs = Number(written.trim());
        restart();
      }
    },
    async chooseFilter() {
      const written = await window.showInputBox({
        title: t("Which requests are shown?"),
        prompt: t("Those whose method or path contains this; empty shows all"),
        value: filter,
      });
      if (written !== undefined) {
        filter = written.trim();
        restart();
      }
    },
    clear: restart,
    dispose: () => store.dispose(),
  };
}

function treeItem(row: RequestRow): TreeItem {
  const item = new TreeItem(row.label);
  item.id = row.id;
  item.description = row.description;
  item.iconPath = new ThemeIcon(row.icon, row.color === undefined ? undefined : new ThemeColor(row.color));
  item.accessibilityInformation = { label: row.accessibilityLabel };
  // Also of an empty group: one that gets its first rows later would stay closed.
  item.collapsibleState = row.isGroup ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None;
  if (row.leads !== undefined) {
    item.command = { command: commandIds.goToRoute, title: "", arguments: [row.leads] };
  }
  item.tooltip = row.tooltip === "" ? row.accessibilityLabel : new MarkdownString(row.tooltip);
  return item;
}
