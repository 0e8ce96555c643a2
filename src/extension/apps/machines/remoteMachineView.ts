import type { AppView } from "../appView.ts";

/** All that views show of another machine. */
export interface RemoteMachineView {
  /** Unique in the window and the same as long as its settings are. */
  readonly key: string;
  readonly name: string;
  /** What `ssh` is given. */
  readonly ssh: string;
  /** `waiting`: nobody has looked yet. */
  readonly state: "waiting" | "connecting" | "connected" | "failed";
  /** Present while it is connected. */
  readonly facts?: MachineFactsView;
  /** Why it can't be used; present while it is `failed`, and while it is tried again. */
  readonly problem?: MachineProblem;
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
  /** Milliseconds that a question and its answer take at best. */
  readonly roundTripMs: number;
  /** How far its clock is ahead of this one's, in milliseconds. */
  readonly clockOffsetMs: number;
}

/** What went wrong, in the editor's language, and what `ssh` said of it. */
export interface MachineProblem {
  readonly message: string;
  readonly detail: readonly string[];
}
