import type { LogOutputChannel } from "vscode";
import type { SessionLog } from "../apps/sessionHost.ts";
import type { Localize } from "../platform/localize.ts";
import { reportFacts, reportTitle } from "../presentation/reportWords.ts";

/** Milliseconds for which an event counts as current. */
const newsMs = 3_000;

/** The channel "Hitless Events" of VS Code's Output panel. */
export function createSessionLog(channel: LogOutputChannel, t: Localize): SessionLog {
  return {
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message) => channel.error(message),
    report(app, report) {
      channel.info(`[${app}] ${[reportTitle(report, t), ...reportFacts(report, t)].join(" · ")}`);
    },
    event(app, { level, message, time }) {
      // The channel adds the current time; an event from before VS Code was connected needs its own.
      const earlier = Date.now() - time > newsMs ? ` (${new Date(time).toLocaleTimeString()})` : "";
      const text = `[${app}]${earlier} ${message}`;
      switch (level) {
        case "info":
          return channel.info(text);
        case "warning":
          return channel.warn(text);
        case "error":
          return channel.error(text);
      }
    },
  };
}
