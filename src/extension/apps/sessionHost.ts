import type { SupervisorEvent } from "../../shared/logs.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Localize } from "../platform/localize.ts";

/** What sessions need from their environment; nothing in it knows VS Code. */
export interface SessionHost {
  readonly version: string;
  /** Absolute path of the bundled supervisor. */
  readonly supervisorFile: string;
  /** Folder of endpoint files and sockets. */
  readonly runtimeFolder: () => string;
  /** Milliseconds a supervisor waits for VS Code to reconnect; `undefined`: its default. */
  readonly graceMs: () => number | undefined;
  /** The Node.js program of the settings, for apps that set none. */
  readonly nodeProgram: () => string | undefined;
  readonly memory: SessionMemory;
  readonly log: SessionLog;
  readonly t: Localize;
}

/** State stored with the workspace. */
export interface SessionMemory {
  get(key: string): string | undefined;
  set(key: string, value: string | undefined): void;
}

/** Hitless's own log. */
export interface SessionLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** An event of the app's supervisor. */
  event(app: string, event: SupervisorEvent): void;
  /** The report of a renewal that has just ended. */
  report(app: string, report: RenewalReport): void;
}
