import { EventEmitter, type Pseudoterminal } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import type { AppSession } from "../apps/appSession.ts";
import { type AppViewState, isActive, isStartable } from "../apps/appView.ts";
import { createLogTerminal } from "../log/logTerminal.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { Localize } from "../platform/localize.ts";
import { taskStep } from "./taskLines.ts";

export interface StartTerminalOptions {
  readonly registry: AppRegistry;
  /** Its name. */
  readonly app: string;
  readonly timestamps: boolean;
  readonly t: Localize;
}

/** The terminal of a task: starts the app, shows its log and the lines of the problem matcher, and stops it when it is closed. */
export function createStartTerminal({ registry, app, timestamps, t }: StartTerminalOptions): Pseudoterminal {
  const writes = new EventEmitter<string>();
  const closes = new EventEmitter<number>();
  let log: Pseudoterminal | undefined;
  const listening: Disposable[] = [];
  let before: AppViewState | undefined;
  let session: AppSession | undefined;
  let ended = false;

  const say = (line: string) => writes.fire(`${line}\r\n`);
  const end = (code: number) => {
    if (!ended) {
      ended = true;
      closes.fire(code);
    }
  };
  const follow = (started: AppSession) => {
    const { view } = started;
    const { lines, ends } = taskStep(view, before);
    before = view.state;
    lines.forEach(say);
    if (ends !== undefined) {
      end(ends);
    }
  };
  const begin = async () => {
    if (!registry.scanned) {
      await registry.refresh();
    }
    const found = registry.sessions.find(({ name }) => name === app);
    if (found === undefined) {
      say(`[hitless] failed: ${t("The app “{0}” no longer exists.", app)}`);
      end(1);
      return;
    }
    session = found;
    log = createLogTerminal({ session: found, timestamps, t, onClosed: () => undefined });
    if (log.onDidWrite !== undefined) {
      listening.push(log.onDidWrite((text) => writes.fire(text)));
    }
    const starting = isStartable(found.view) ? found.start() : undefined;
    listening.push(found.onDidChange(() => follow(found)));
    follow(found);
    await starting;
    log.open(undefined);
  };
  return {
    onDidWrite: writes.event,
    onDidClose: closes.event,
    open() {
      begin().catch((error: unknown) => {
        say(`[hitless] failed: ${engineSentence(toHitlessError(error).message, t)}`);
        end(1);
      });
    },
    close() {
      for (const each of listening) {
        each.dispose();
      }
      log?.close();
      if (session?.client !== undefined && isActive(session.view)) {
        session.stop(false).catch(() => undefined);
      }
    },
  };
}
