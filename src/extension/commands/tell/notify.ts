import { ConfigurationTarget, commands, type LogOutputChannel, window } from "vscode";
import { type ErrorCode, type ErrorRemedy, type HitlessError, toHitlessError } from "../../../shared/errors.ts";
import { type CommandId, commandIds } from "../../ids.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { Localize } from "../../platform/localize.ts";
import { writeNodeSetting } from "../../platform/settings.ts";
import type { CommandTarget } from "../target/commandTarget.ts";

export interface Notifier {
  /** Shows an error with the buttons that help. `again`: what "Retry" does. */
  error(thrown: unknown, about: { readonly target: CommandTarget; readonly again?: () => void }): void;
  /** Shows a message with buttons; never waits for an answer. */
  message(level: "info" | "warning" | "error", text: string, buttons: readonly MessageButton[]): void;
}

export interface MessageButton {
  readonly title: string;
  readonly run: () => unknown;
}

/** Answers to a request rather than faults. */
const answers: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "appAlreadyRunning",
  "appNotFound",
  "cancelled",
  "invalidState",
  "workerNotFound",
]);

export function createNotifier(channel: LogOutputChannel, t: Localize): Notifier {
  const message: Notifier["message"] = (level, text, buttons) => {
    const show = {
      info: window.showInformationMessage,
      warning: window.showWarningMessage,
      error: window.showErrorMessage,
    };
    show[level](text, ...buttons.map(({ title }) => title)).then(
      (title) => buttons.find((button) => button.title === title)?.run(),
      (error: unknown) => channel.error(String(error)),
    );
  };
  return {
    message,
    error(thrown, { target, again }) {
      const error = toHitlessError(thrown);
      logError(channel, error);
      const run = (command: CommandId) => () => commands.executeCommand(command, target);
      const remedies: Readonly<Record<ErrorRemedy, MessageButton | undefined>> = {
        showLog: { title: t("Show Log"), run: run(commandIds.showLog) },
        retry: again && { title: t("Retry"), run: again },
        openSettings: { title: t("Open Settings"), run: run(commandIds.configure) },
        pickNode: { title: t("Pick Node.js…"), run: run(commandIds.pickNode) },
        start: { title: t("Start"), run: run(commandIds.start) },
        none: undefined,
      };
      const level = answers.has(error.code) ? "info" : "error";
      const wanted: ErrorRemedy[] = level === "error" ? [error.remedy, "showLog", "retry"] : [error.remedy];
      const buttons = [...new Set(wanted)].flatMap((remedy) => remedies[remedy] ?? []);
      const { node } = error;
      const offer = async (path: string): Promise<void> => {
        await writeNodeSetting(path, ConfigurationTarget.Workspace);
        again?.();
      };
      const offered = node && { title: t("Use Node.js {0}", node.version), run: () => offer(node.path) };
      message(level, engineSentence(error.message, t), offered === undefined ? buttons : [offered, ...buttons]);
    },
  };
}

function logError(channel: LogOutputChannel, error: HitlessError): void {
  const cause = error.code === "internal" && error.cause instanceof Error ? (error.cause.stack ?? "") : "";
  channel.error([error.message, ...error.detail, cause].filter((line) => line !== "").join("\n"));
}
