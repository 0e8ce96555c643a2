import type { Endpoint } from "../../shared/launch.ts";
import type { SupervisorClient } from "../connection/supervisorClient.ts";

/** What tools need of the program that offers them. */
export interface AgentHost {
  /** The supervisors of this user that run, oldest first. */
  list(): Promise<readonly Endpoint[]>;
  /** A connection of the caller's own. */
  connect(endpoint: Endpoint): Promise<SupervisorClient>;
  /** Names of the apps that could be started here. */
  startable(): Promise<readonly string[]>;
  /**
   * Starts an app of the folders that are open here, and waits until it is ready or has failed.
   * @throws HitlessError, whatever is wrong with it.
   */
  start(wish: StartWish, signal: AbortSignal): Promise<Endpoint>;
  /** The page on a rule in Markdown; `undefined` if there is none. */
  ruleText(id: string): Promise<string | undefined>;
  /** Ids of all rules. */
  ruleIds(): Promise<readonly string[]>;
}

export interface StartWish {
  readonly app?: string | undefined;
  readonly entry?: string | undefined;
  readonly keepRunning?: boolean | undefined;
}

/** What a tool answers. */
export interface ToolAnswer {
  readonly [field: string]: unknown;
  /** Which of the fields hold what the app or its clients wrote. */
  readonly quoted?: readonly string[];
  /** What to do now. */
  readonly next?: readonly string[];
}
