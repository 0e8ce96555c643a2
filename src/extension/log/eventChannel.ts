import type { LogOutputChannel } from "vscode";
import type { SessionLog } from "../supervisor/sessionHost.ts";

/** Hitless's own log in VS Code's Output panel. */
export function createSessionLog(channel: LogOutputChannel): SessionLog {
  return {
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message) => channel.error(message),
    event(app, { level, message }) {
      const text = `[${app}] ${message}`;
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
