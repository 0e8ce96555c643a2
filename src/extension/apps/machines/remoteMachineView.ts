import type { ErrorCode } from "../../../shared/errors.ts";
import { lacksOnlyHitless } from "../../../shared/machines/balancerMachines.ts";
import type { AppView } from "../appView.ts";

/** All that views show of another machine. */
export interface RemoteMachineView {
  /** Unique in the window and the same as long as its settings are. */
  readonly key: string;
  readonly name: string;
  /** What `ssh` is given. */
  readonly ssh: string;
  /** The program that runs Hitless there, if the settings name one. */
  readonly hitless?: string;
  /** `waiting`: nobody has looked yet. */
  readonly state: "waiting" | "connecting" | "connected" | "failed";
  /** Whether Hitless there is of another version than this one, though both understand each other. */
  readonly isOtherVersion: boolean;
  /** Present while it is connected. */
  readonly facts?: MachineFactsView;
  /** Why it can't be used; present while it is `failed`, and while it is tried again. */
  readonly problem?: MachineProblem;
  /** Fleets whose balancer it is, where it has no other part in any: then it needs no Hitless. */
  readonly balancerOf?: readonly string[];
  readonly apps: readonly AppView[];
  /** Apps that run there and can't be talked to. */
  readonly unreachable: readonly { readonly app: string; readonly reason: string }[];
}

export interface MachineFactsView {
  /** Of Hitless there. */
  readonly version: string;
  readonly nodeVersion: string;
  readonly hostname: string;
  readonly user: string;
  readonly platform: string;
  /** CPUs that it can use. */
  readonly cores: number;
  /** Milliseconds that a question and its answer take at best. */
  readonly roundTripMs: number;
  /** How far its clock is ahead of this one's, in milliseconds. */
  readonly clockOffsetMs: number;
}

/** What went wrong, in the editor's language, and what `ssh` said of it. */
export interface MachineProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail: readonly string[];
}

/** Whether what is wrong with it is its Hitless, and a copy of this one can mend it. */
export function canBePrepared({ problem, hitless }: RemoteMachineView): boolean {
  // A program that the settings name is not overruled.
  return hitless === undefined && problem !== undefined && lacksOnlyHitless(problem.code);
}

/** Whether it does all that the workspace wants of it though it has no Hitless. */
export function isPlainBalancer({ problem, balancerOf = [] }: RemoteMachineView): boolean {
  return balancerOf.length > 0 && problem !== undefined && lacksOnlyHitless(problem.code);
}
