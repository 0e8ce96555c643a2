import * as v from "valibot";
import { renewalReportSchema } from "../report.ts";

/** What can be done to a fleet. A rollback goes from the last machine to the first. */
export const fleetKindSchema = v.picklist(["reload", "gracefulReload", "restart", "rollback"]);
export type FleetKind = v.InferOutput<typeof fleetKindSchema>;

/**
 * How far a machine is: `waiting` (not touched), the step it is at, `done`, `failed` (at the step in `failedAt`), or
 * `rolledBack` to what it had before.
 */
export const machineStepSchema = v.picklist([
  "waiting",
  "deploying",
  "draining",
  "renewing",
  "returning",
  "verifying",
  "done",
  "failed",
  "rollingBack",
  "rolledBack",
]);
export type MachineStep = v.InferOutput<typeof machineStepSchema>;

export const machineRunSchema = v.object({
  name: v.string(),
  step: machineStepSchema,
  failedAt: v.optional(machineStepSchema),
  /** Whether its deploy command was begun. */
  deployed: v.boolean(),
  /** Whether the app there has been renewed, as far as is known. */
  renewed: v.boolean(),
  /** Why it failed, or what else is worth knowing: a sentence. */
  reason: v.optional(v.string()),
  /** The last lines of the command that failed, or of the worker. */
  detail: v.optional(v.array(v.string())),
  report: v.optional(renewalReportSchema),
  /**
   * Whether it served when the run was over, as far as was asked: a worker was ready, and the verify address, where one is set,
   * answered as it must. Absent before, and where that is not known.
   */
  serves: v.optional(v.boolean()),
  /** Its workers then. */
  workers: v.optional(v.object({ ready: v.number(), desired: v.number() })),
  /** Whether its verify address answered as it must then; absent where none is set or it was not asked. */
  verified: v.optional(v.boolean()),
  /** Milliseconds from its first step to its last. */
  durationMs: v.optional(v.number()),
});
export type MachineRun = v.InferOutput<typeof machineRunSchema>;

/** A time that a `Date` can hold. */
const epochMs = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));

/** A machine that a run has taken out of the balancer, written down before that is done. */
export const drainedMachineSchema = v.object({
  machine: v.string(),
  /** `user@host` of who has taken it out. */
  who: v.string(),
  /** Epoch milliseconds on that person's clock. */
  since: epochMs,
  /** When this run put it back; absent: not yet. */
  back: v.optional(epochMs),
});
export type DrainedMachine = v.InferOutput<typeof drainedMachineSchema>;

/**
 * What one person did to a fleet, and the report of it; written down on each of its machines at every step.
 *
 * - `running`: not over, or its session died on the way;
 * - `completed`: all machines were renewed, verified, and nothing was lost;
 * - `failed`: it stopped at a machine; those after it were not touched, those before it stay renewed;
 * - `rolledBack`: it stopped at a machine, and those before it have gone back;
 * - `cancelled`: as asked for, between two machines.
 */
export const fleetRunSchema = v.object({
  /** Unique. */
  session: v.string(),
  fleet: v.string(),
  app: v.string(),
  kind: fleetKindSchema,
  /** `user@host` of the person's computer. */
  who: v.string(),
  /** Epoch milliseconds, on that computer's clock. */
  startedAt: epochMs,
  durationMs: v.optional(v.number()),
  outcome: v.picklist(["running", "completed", "failed", "rolledBack", "cancelled"]),
  /** Why it did not complete: a sentence. */
  reason: v.optional(v.string()),
  /** In the order in which they are renewed. */
  machines: v.array(machineRunSchema),
  /** What it has taken out of the balancer, and what it found there that a run before had left out. */
  drained: v.optional(v.array(drainedMachineSchema)),
});
export type FleetRun = v.InferOutput<typeof fleetRunSchema>;

/** Who holds a lock. */
export const lockHolderSchema = v.object({
  session: v.string(),
  fleet: v.string(),
  kind: fleetKindSchema,
  who: v.string(),
  /** Epoch milliseconds. */
  since: epochMs,
});
export type LockHolder = v.InferOutput<typeof lockHolderSchema>;
