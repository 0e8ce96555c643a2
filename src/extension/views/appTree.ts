import {
  EventEmitter,
  MarkdownString,
  Position,
  Range,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  Uri,
  window,
} from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import { unhealthyWorkers } from "../apps/appView.ts";
import { commandIds, viewIds } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import { changedRows } from "./treeDiff.ts";
import { projectTree, type TreeRow } from "./treeModel.ts";

/** How often uptimes and deadlines are updated while the tree is visible, in milliseconds. */
const tickMs = 1_000;

/** How long a row keeps its tooltip, in milliseconds: VS Code requests it once, until the row is drawn again. */
const tooltipMs = 60_000;

/** VS Code's handle of a row. The row itself is looked up, so that VS Code never shows an old one. */
export interface TreeElement {
  readonly id: string;
  readonly app: string;
  readonly worker?: number;
  readonly report?: number;
}

export function createAppTree(registry: AppRegistry, t: Localize): Disposable {
  const store = new DisposableStore();
  const changes = store.add(new EventEmitter<TreeElement[] | undefined>());
  const elements = new Map<string, TreeElement>();
  let rows: readonly TreeRow[] = [];
  let drawnAt = Date.now();
  let byId = new Map<string, TreeRow>();

  const elementOf = ({ id, app, worker, report }: TreeRow): TreeElement => {
    const known = elements.get(id) ?? {
      id,
      app,
      ...(worker !== undefined && { worker }),
      ...(report !== undefined && { report }),
    };
    elements.set(id, known);
    return known;
  };
  const provider: TreeDataProvider<TreeElement> = {
    onDidChangeTreeData: changes.event,
    getChildren: (element) => (element === undefined ? rows : (byId.get(element.id)?.children ?? [])).map(elementOf),
    getTreeItem: (element) => treeItem(element, byId.get(element.id)),
    resolveTreeItem(item, { id }) {
      item.tooltip = new MarkdownString(byId.get(id)?.tooltip);
      return item;
    },
    getParent: (element) => {
      const parent = [...byId.values()].find(({ children }) => children.some(({ id }) => id === element.id));
      return parent && elementOf(parent);
    },
  };
  const view = store.add(window.createTreeView(viewIds.apps, { treeDataProvider: provider, showCollapseAll: false }));

  const update = () => {
    const before = rows;
    const now = Date.now();
    rows = projectTree(registry.apps, now, t);
    byId = new Map(allRows(rows).map((row) => [row.id, row]));
    for (const id of elements.keys()) {
      if (!byId.has(id)) {
        elements.delete(id);
      }
    }
    const changed = now - drawnAt < tooltipMs ? changedRows(before, rows) : "all";
    if (changed === "all") {
      drawnAt = now;
      changes.fire(undefined);
    } else if (changed.length > 0) {
      changes.fire(changed.flatMap((id) => elements.get(id) ?? []));
    }
    showBadge(view, registry, t);
  };
  store.add(registry.onDidChange(update));
  store.add(tickWhileVisible(view, update));
  update();
  return store;
}

function allRows(rows: readonly TreeRow[]): TreeRow[] {
  return rows.flatMap((row) => [row, ...allRows(row.children)]);
}

function tickWhileVisible(view: TreeView<TreeElement>, tick: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const follow = (visible: boolean) => {
    clearInterval(timer);
    timer = visible ? setInterval(tick, tickMs) : undefined;
  };
  const listening = view.onDidChangeVisibility(({ visible }) => {
    follow(visible);
    tick();
  });
  follow(view.visible);
  return {
    dispose: () => {
      follow(false);
      listening.dispose();
    },
  };
}

function showBadge(view: TreeView<TreeElement>, registry: AppRegistry, t: Localize): void {
  const value = registry.apps.reduce((sum, app) => sum + unhealthyWorkers(app), 0);
  if (value !== (view.badge?.value ?? 0)) {
    const tooltip = value === 1 ? t("1 unhealthy worker") : t("{0} unhealthy workers", value);
    view.badge = value === 0 ? undefined : { value, tooltip };
  }
}

function treeItem(element: TreeElement, row: TreeRow | undefined): TreeItem {
  const item = new TreeItem(row?.label ?? "");
  item.id = element.id;
  if (row === undefined) {
    return item;
  }
  const { icon, expandable } = row;
  item.description = row.description;
  item.iconPath = new ThemeIcon(icon.name, icon.color === undefined ? undefined : new ThemeColor(icon.color));
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: row.accessibilityLabel };
  const open = row.collapsed === true ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded;
  item.collapsibleState = expandable ? open : TreeItemCollapsibleState.None;
  if (row.report !== undefined) {
    item.command = { command: commandIds.showHistory, title: "", arguments: [element] };
  } else if (row.opens === "settings") {
    item.command = { command: commandIds.configure, title: "", arguments: [element] };
  } else if (row.opens !== undefined) {
    const at = new Position(row.opens.line - 1, 0);
    const options = { selection: new Range(at, at) };
    item.command = { command: "vscode.open", title: "", arguments: [Uri.file(row.opens.file), options] };
  }
  return item;
}
