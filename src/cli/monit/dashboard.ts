import type { CliContext } from "../cliContext.ts";
import { reportText } from "../show/reportLines.ts";
import { plain } from "../terminal/paint.ts";
import { count } from "../terminal/units.ts";
import { LogTail } from "./logTail.ts";
import { MonitApps, type MonitSource } from "./monitApps.ts";
import { monitFrame } from "./monitFrame.ts";
import { currentRow, firstState, type MonitAction } from "./monitState.ts";
import { pressKey } from "./pressKey.ts";
import { type Key, openScreen } from "./screen.ts";

/** Milliseconds between two drawings, however much happens. */
const drawMs = 100;
const clockMs = 1_000;

export interface DashboardOptions extends MonitSource {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Where the apps run; absent for this machine. */
  readonly machine?: string | undefined;
  /** Aborted when a signal asks this process to end. */
  readonly ending: AbortSignal;
}

/** Why the dashboard has ended. */
export type DashboardEnd = "quit" | "gone";

/** Shows the dashboard until somebody quits, `ending`, or the only app that it shows has gone. The terminal is as before then. */
export async function showDashboard({ stdout }: CliContext, options: DashboardOptions): Promise<DashboardEnd> {
  const { input, output, ending, machine, only } = options;
  const { promise: ended, resolve: end } = promiseWithResolvers<DashboardEnd>();
  let state = firstState;
  let tail: LogTail | undefined;
  /** The log as it was when somebody began to scroll through it. */
  let still: LogTail["lines"] | undefined;
  let timer: NodeJS.Timeout | undefined;
  let hasBeenThere = false;

  const draw = () => {
    timer = undefined;
    followChosen();
    const content = {
      apps: apps.all,
      problem: apps.problem,
      log: still ?? tail?.lines ?? [],
      machine,
      now: Date.now(),
    };
    const { lines, mostScrolled } = monitFrame(content, state, screen.size, stdout.paint);
    state = { ...state, scrolled: Math.min(state.scrolled, mostScrolled) };
    still = state.scrolled > 0 ? content.log : undefined;
    screen.draw(lines);
  };
  const changed = () => {
    hasBeenThere ||= apps.all.length > 0;
    if (only !== undefined && hasBeenThere && apps.all.length === 0 && apps.problem === undefined) {
      end("gone");
    }
    timer ??= setTimeout(draw, drawMs);
  };
  const apps = new MonitApps(options, changed, ({ name, pid }, wasStopped) =>
    tell(wasStopped ? `${name} was stopped.` : `The supervisor of ${name} (pid ${pid}) has died.`, !wasStopped),
  );
  const followChosen = () => {
    const row = currentRow(apps.all, state.chosen);
    state = { ...state, chosen: row };
    const client = apps.all.find(({ endpoint }) => endpoint.pid === row?.pid)?.client;
    if (tail?.client !== client) {
      tail?.dispose();
      still = undefined;
      tail = client && new LogTail(client, changed);
    }
  };
  const tell = (text: string, isTrouble: boolean) => {
    state = { ...state, message: { text, isTrouble } };
    changed();
  };
  const act = async (action: MonitAction): Promise<void> => {
    switch (action.kind) {
      case "quit":
        return end("quit");
      case "suspend":
        return screen.suspend();
      default:
    }
    const app = apps.all.find(({ endpoint }) => endpoint.pid === action.pid);
    const name = app?.endpoint.name ?? "";
    if (app?.client === undefined) {
      return tell(`${name} does not answer.`, true);
    }
    if (action.kind === "scale") {
      tell(`${name}: ${count(action.workers, "worker")} …`, false);
      const { from, to } = await app.client.request("app/scale", { workers: action.workers });
      return tell(`${name} scaled · ${from} → ${count(to, "worker")}`, false);
    }
    const { how: kind, worker } = action;
    tell(`${name}: ${kind === "gracefulReload" ? "graceful reload" : kind} …`, false);
    const report = await app.client.request("app/renew", { kind, ...(worker !== undefined && { worker }) });
    if (report.outcome === "completed" && state.chosen?.pid === action.pid) {
      // Its line in the upper part says so.
      state = { ...state, message: undefined };
      return changed();
    }
    return tell(reportText(name, { ...report, stderr: [] }, plain), report.outcome !== "completed");
  };
  const press = (key: Key) => {
    const pressed = pressKey(state, key, apps.all);
    state = pressed.state;
    if (pressed.action !== undefined) {
      act(pressed.action).catch((error: unknown) => tell(error instanceof Error ? error.message : String(error), true));
    }
    clearTimeout(timer);
    draw();
  };

  const screen = openScreen({ input, output, onDidPress: press, onDidResize: () => draw() });
  const clock = setInterval(changed, clockMs);
  const quit = () => end("quit");
  ending.addEventListener("abort", quit);
  stdout.onDidBreak(quit);
  try {
    draw();
    void apps.start();
    if (ending.aborted) {
      quit();
    }
    return await ended;
  } finally {
    ending.removeEventListener("abort", quit);
    clearInterval(clock);
    clearTimeout(timer);
    tail?.dispose();
    apps.dispose();
    screen.dispose();
  }
}

/** As `Promise.withResolvers`, which Node.js 20 does not have. */
function promiseWithResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
