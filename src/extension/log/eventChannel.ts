import type { LogOutputChannel } from "vscode";
import type { SessionLog } from "../apps/sessionHost.ts";
import type { Localize } from "../platform/localize.ts";
import { reportFacts, reportTitle } from "../presentation/reportWords.ts";

/** Milliseconds for which an event counts as one of now. */
const newsMs = 3_000;

/** Hitless's own log in VS Code's Output panel. */
export function createSessionLog(channel: LogOutputChannel, t: Localize): SessionLog {
  return {
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message) => channel.error(message),
    report(app, report) {
      channel.info(`[${app}] ${[reportTitle(report, t), ...reportFacts(report, t)].join(" · ")}`);
    },
    event(app, { level, message, time }) {
      // The channel writes the time it was told; what happened before VS Code was there has one of its own.
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
