import type { SupervisorEvent } from "../../shared/logs.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Localize } from "../platform/localize.ts";

/** What the sessions need of their surroundings; nothing in it knows VS Code. */
export interface SessionHost {
  /** Version of Hitless. */
  readonly version: string;
  /** Absolute path of the bundled supervisor. */
  readonly supervisorFile: string;
  /** Folder of endpoint files and sockets. */
  readonly runtimeFolder: () => string;
  /** Milliseconds a supervisor waits for VS Code to come back; `undefined`: its default. */
  readonly graceMs: () => number | undefined;
  /** The Node.js program of the settings, for apps that name none. */
  readonly nodeProgram: () => string | undefined;
  readonly memory: SessionMemory;
  readonly log: SessionLog;
  readonly t: Localize;
}

/** What is kept with the workspace when the window closes. */
export interface SessionMemory {
  get(key: string): string | undefined;
  set(key: string, value: string | undefined): void;
}

/** Hitless's own log. */
export interface SessionLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Something a supervisor says of its app. */
  event(app: string, event: SupervisorEvent): void;
  /** What a renewal that has just ended was. */
  report(app: string, report: RenewalReport): void;
}
