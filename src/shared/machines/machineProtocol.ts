import * as v from "valibot";
import { type ErrorCode, errorCodes } from "../errors.ts";
import { endpointSchema } from "../launch.ts";
import { balancerSchema } from "../settings/balancerSettings.ts";
import { fleetRunSchema, lockHolderSchema } from "./fleetRun.ts";

/*
 * The channel between a client and `hitless connect --stdio` on another machine. It begins with one line, the greeting,
 * which every version can read. What follows is HTTP/2 over the same bytes: each request is a stream of its own with its
 * own flow control, so that none waits for another.
 */

/** What the greeting begins with; a login shell may have printed something before it. */
export const greetingMark = "HITLESS-CONNECT ";

/** The greeting after its mark, as JSON in the rest of the line. */
export const greetingSchema = v.object({
  /** That of the control channel, which the machine's own apps speak. */
  protocolVersion: v.number(),
  /** Version of Hitless. */
  version: v.string(),
  /** `process.version` of the Node.js that runs it. */
  nodeVersion: v.string(),
});
export type Greeting = v.InferOutput<typeof greetingSchema>;

const empty = v.strictObject({});
const deadline = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400_000));

export const machineFactsSchema = v.object({
  hostname: v.string(),
  user: v.string(),
  platform: v.string(),
  /** Epoch milliseconds on the machine's own clock. */
  time: v.number(),
  cores: v.number(),
  /** Processes that ran or wanted to, on average over the last minute; Windows does not tell. */
  load: v.optional(v.number()),
  /** Bytes. */
  memory: v.object({ total: v.number(), free: v.number() }),
});
export type MachineFacts = v.InferOutput<typeof machineFactsSchema>;

/** A request is `POST /<name>` with its parameters as JSON, answered with JSON; status 200, or 500 with a `Refusal`. */
export const machineRequests = {
  /** What the machine is and how busy. */
  facts: { params: empty, result: machineFactsSchema },
  /** The supervisors that run there, oldest first. */
  apps: { params: empty, result: v.object({ endpoints: v.array(endpointSchema) }) },
  /** Bytes that a user may still write where a file is. */
  disk: { params: v.object({ path: v.string() }), result: v.object({ free: v.number() }) },
  /** Asks an address from the machine itself. Redirects are not followed, and no body is read. */
  ask: {
    params: v.object({ url: v.string(), deadlineMs: deadline }),
    result: v.object({
      /** Absent when there was no answer. */
      status: v.optional(v.number()),
      ms: v.number(),
      /** Why there was none. */
      problem: v.optional(v.string()),
    }),
  },
  /**
   * Takes the lock of an app for a fleet; it is held as long as this connection. Refused with `machineLocked` while another
   * one holds it.
   */
  lock: {
    params: v.object({ app: v.string(), holder: lockHolderSchema }),
    /** `stale`: who held it and died. */
    result: v.object({ stale: v.optional(lockHolderSchema) }),
  },
  /**
   * A machine of a fleet is about to be taken out of the balancer that runs here, or is back. When this connection ends while one
   * is out, it is put back here as soon as it accepts connections.
   */
  guard: { params: v.object({ balancer: balancerSchema, machine: v.string(), out: v.boolean() }), result: empty },
  unlock: { params: v.object({ app: v.string(), session: v.string() }), result: empty },
  /** Writes down how far a fleet is, in place of what the same session wrote before. */
  note: { params: v.object({ run: fleetRunSchema }), result: empty },
  /** What was written down of a fleet, newest first, and who holds the lock of the app. */
  notes: {
    params: v.object({ fleet: v.string(), app: v.string() }),
    result: v.object({
      runs: v.array(fleetRunSchema),
      /** `alive`: its session still is; else it died without giving the lock back. */
      lock: v.optional(v.object({ holder: lockHolderSchema, alive: v.boolean() })),
    }),
  },
} as const;

/**
 * `POST /attach`, its parameters as JSON in a header: the answer's status is 200 once the app's control socket is open;
 * then both sides of the stream are that socket's bytes. 404: there is no such app (any more).
 */
export const attachParamsSchema = v.object({ pid: v.number(), deadlineMs: deadline });
export type AttachParams = v.InferOutput<typeof attachParamsSchema>;
export const attachHeader = "hitless-attach";

/** `POST /run`: runs a program without a shell. Answered with a line of JSON (`RunPiece`) for each piece of output. */
export const runParamsSchema = v.object({
  argv: v.pipe(v.array(v.string()), v.minLength(1)),
  /** `argv` is for this very command line there. */
  itself: v.optional(v.boolean()),
  /** Absolute; default: the user's home folder. */
  cwd: v.optional(v.string()),
  stdin: v.optional(v.string()),
  deadlineMs: deadline,
});
export type RunParams = v.InferOutput<typeof runParamsSchema>;

export const runPieceSchema = v.variant("kind", [
  v.object({ kind: v.literal("output"), stream: v.picklist(["stdout", "stderr"]), text: v.string() }),
  /** The last one. `code` is 128 and its number for a signal. */
  v.object({ kind: v.literal("exit"), code: v.number() }),
  v.object({ kind: v.literal("failed"), code: v.picklist(errorCodes), message: v.string() }),
]);
export type RunPiece = v.InferOutput<typeof runPieceSchema>;

/** An error as it comes from the machine. */
export const refusalSchema = v.object({
  code: v.fallback(v.picklist(errorCodes), "internal" satisfies ErrorCode),
  message: v.string(),
  detail: v.fallback(v.array(v.string()), []),
});

export type MachineRequestName = keyof typeof machineRequests;
export type MachineParams<Name extends MachineRequestName> = v.InferOutput<(typeof machineRequests)[Name]["params"]>;
export type MachineResult<Name extends MachineRequestName> = v.InferOutput<(typeof machineRequests)[Name]["result"]>;

/** Milliseconds between two signs of life of a client, and after which one that gives none counts as gone. */
export const keepAlive = { everyMs: 5_000, goneMs: 30_000 } as const;
