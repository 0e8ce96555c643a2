import {
  type Command,
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
import type { WorkerFigures } from "../../shared/facts/pulseFigures.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import { type AppView, troubledApps, unhealthyWorkers } from "../apps/appView.ts";
import type { FleetRuns } from "../apps/machines/fleetRuns.ts";
import type { MachineRegistry } from "../apps/machines/machineRegistry.ts";
import type { WorkerFiguresWatch } from "../apps/workerFigures.ts";
import { commandIds, viewIds } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import type { RowClick, TreeRow } from "./rows/treeRow.ts";
import { steadyFigures } from "./steadyFigures.ts";
import { changedRows } from "./treeDiff.ts";
import { projectTree } from "./treeModel.ts";

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

export interface AppTreeOptions {
  readonly registry: AppRegistry;
  /** Looked at while the tree is visible. */
  readonly machines: MachineRegistry;
  readonly fleetRuns: FleetRuns;
  /** Measures the workers while the tree is visible. */
  readonly watch: WorkerFiguresWatch;
  readonly t: Localize;
}

export function createAppTree({ registry, machines, fleetRuns, watch, t }: AppTreeOptions): Disposable {
  const store = new DisposableStore();
  const changes = store.add(new EventEmitter<TreeElement[] | undefined>());
  const elements = new Map<string, TreeElement>();
  let rows: readonly TreeRow[] = [];
  let drawnAt = Date.now();
  let byId = new Map<string, TreeRow>();
  let shown = new Map<string, WorkerFigures>();

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
    const shownBefore = shown;
    shown = new Map();
    const figures = (app: string, worker: number): WorkerFigures | undefined => {
      const id = `${app}#${worker}`;
      const steady = steadyFigures(shownBefore.get(id), watch.of(app, worker));
      if (steady !== undefined) {
        shown.set(id, steady);
      }
      return steady;
    };
    const elsewhere = {
      fleets: machines.fleetViews(fleetRuns),
      machines: machines.machines,
      problems: machines.problems,
    };
    rows = projectTree(registry.apps, { now, t, figures }, elsewhere);
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
    showBadge(view, [...registry.apps, ...elsewhere.machines.flatMap(({ apps }) => apps)], t);
    showResting(view, registry, rows);
  };
  store.add(registry.onDidChange(update));
  store.add(watch.onDidChange(update));
  store.add(machines.onDidChange(update));
  store.add(fleetRuns.onDidChange(update));
  const figuresOfAll: Watch = { setVisible: (visible) => watch.setLooking("tree", visible ? "all" : []) };
  store.add(tickWhileVisible(view, [figuresOfAll, machines], update));
  update();
  return store;
}

function allRows(rows: readonly TreeRow[]): TreeRow[] {
  return rows.flatMap((row) => [row, ...allRows(row.children)]);
}

/** What is done only while somebody looks. */
interface Watch {
  setVisible(visible: boolean): void;
}

function tickWhileVisible(view: TreeView<TreeElement>, watches: readonly Watch[], tick: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const follow = (visible: boolean) => {
    clearInterval(timer);
    timer = visible ? setInterval(tick, tickMs) : undefined;
    for (const watch of watches) {
      watch.setVisible(visible);
    }
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

/** The title says what the only app would run, while the welcome text stands in place of its row. */
function showResting(view: TreeView<TreeElement>, { apps }: AppRegistry, rows: readonly TreeRow[]): void {
  const [only] = apps;
  const { entry, port } = (rows.length === 0 && only?.state === "stopped" ? only.resting : undefined) ?? {};
  const words = [...(entry === undefined ? [] : [entry]), ...(port === undefined ? [] : [`:${port}`])].join(" · ");
  if (words !== (view.description ?? "")) {
    view.description = words;
  }
}

/** Counts the workers in trouble, or else the apps whose last reload failed or whose workers crashed. */
function showBadge(view: TreeView<TreeElement>, all: readonly AppView[], t: Localize): void {
  const workers = all.reduce((sum, app) => sum + unhealthyWorkers(app), 0);
  const apps = troubledApps(all, Date.now());
  const value = workers > 0 ? workers : apps;
  const tooltip = workers > 0 ? workerBadge(workers, t) : appBadge(apps, t);
  if (value !== (view.badge?.value ?? 0) || (value > 0 && tooltip !== view.badge?.tooltip)) {
    view.badge = value === 0 ? undefined : { value, tooltip };
  }
}

function workerBadge(count: number, t: Localize): string {
  return count === 1 ? t("1 unhealthy worker") : t("{0} unhealthy workers", count);
}

function appBadge(count: number, t: Localize): string {
  return count === 1 ? t("1 app needs a look") : t("{0} apps need a look", count);
}

function treeItem(element: TreeElement, row: TreeRow | undefined): TreeItem {
  const item = new TreeItem(row?.label ?? "");
  item.id = element.id;
  if (row === undefined) {
    return item;
  }
  const { icon, expandable } = row;
  item.description = row.description;
  if (icon !== undefined) {
    item.iconPath = new ThemeIcon(icon.name, icon.color === undefined ? undefined : new ThemeColor(icon.color));
  }
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: row.accessibilityLabel };
  const open = row.collapsed === true ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded;
  item.collapsibleState = expandable ? open : TreeItemCollapsibleState.None;
  if (row.opens !== undefined) {
    item.command = clickCommand(row.opens, element);
  }
  return item;
}

function clickCommand(opens: RowClick, element: TreeElement): Command {
  switch (opens) {
    case "settings":
      return { command: commandIds.configure, title: "", arguments: [element] };
    case "log":
      return { command: commandIds.showLog, title: "", arguments: [element] };
    case "changes":
      return { command: commandIds.showChanges, title: "", arguments: [element] };
    case "report":
      return { command: commandIds.showHistory, title: "", arguments: [element] };
    default: {
      const at = new Position(Math.max(0, opens.line - 1), 0);
      const options = { selection: new Range(at, at) };
      return { command: "vscode.open", title: "", arguments: [Uri.file(opens.file), options] };
    }
  }
}
