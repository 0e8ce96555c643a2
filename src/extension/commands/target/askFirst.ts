import { window } from "vscode";
import type { WorkerView } from "../../../shared/snapshot.ts";
import type { AppSession } from "../../apps/appSession.ts";
import type { CommandContext } from "./commandContext.ts";

export interface Question {
  /** Under this name it is remembered that it need not be asked again. */
  readonly name: string;
  readonly text: string;
  readonly detail: string;
  /** The button that does it. */
  readonly action: string;
  /** The app that it is done to. */
  readonly session: AppSession;
}

/**
 * Asks before something that can't be undone. Resolves with whether to do it. On another machine, which the name of the app
 * names, it is asked each time: it may be the one that people use.
 */
export async function askFirst({ memory, t }: CommandContext, question: Question): Promise<boolean> {
  const { text, detail, action, session } = question;
  if (session.machine !== undefined) {
    return (await window.showWarningMessage(text, { modal: true, detail }, action)) === action;
  }
  const key = `sure:${question.name}`;
  if (memory.get(key) === "yes") {
    return true;
  }
  const always = t("{0}, Don't Ask Again", action);
  const answer = await window.showWarningMessage(text, { modal: true, detail }, action, always);
  if (answer === always) {
    memory.set(key, "yes");
  }
  return answer !== undefined;
}

/**
 * Asks before clients of an app on another machine are turned away; of an app here nobody asks. The machine is named in the
 * question, and it is asked each time: it may be the one that people use.
 */
export async function isSureElsewhere(
  { t }: CommandContext,
  { machine, name }: AppSession,
  what: "restart" | "stop" | "debug",
): Promise<boolean> {
  if (machine === undefined) {
    return true;
  }
  const { text, detail, action } = {
    restart: {
      text: t("Restart {0}?", name),
      detail: t("Its workers stop before new ones start: until then {0} refuses its clients.", machine),
      action: t("Restart"),
    },
    stop: {
      text: t("Stop {0}?", name),
      detail: t(
        "It answers nobody any more, and can't be started again from here but by “hitless start … --on {0}”.",
        machine,
      ),
      action: t("Stop"),
    },
    debug: {
      text: t("Debug {0}?", name),
      detail: t("A breakpoint stops a worker on {0}, and the clients that it answers wait until it goes on.", machine),
      action: t("Debug"),
    },
  }[what];
  return (await window.showWarningMessage(text, { modal: true, detail }, action)) === action;
}

/** What the end of a worker costs its clients. Only of a draining one the requests are counted. */
export function lossWords({ drain }: Partial<WorkerView>, t: CommandContext["t"]): string {
  if (drain === undefined) {
    return t("What it is answering now is cut off.");
  }
  return drain.requests === 1 ? t("1 request is cut off.") : t("{0} requests are cut off.", drain.requests);
}
