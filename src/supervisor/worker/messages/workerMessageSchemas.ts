import * as v from "valibot";
import { connectionKindsSchema, requestInFlightSchema } from "../../../shared/drainView.ts";
import type { WorkerToSupervisor } from "../../../shared/workerMessages.ts";

/*
 * The fields of what a preload sends. Both ends come from one build, but the app sends over the same channel, whatever it likes:
 * what looks like a message of ours and is none must not get further.
 */

// No bounds: a figure that is odd, as one may be that an app has a hand in, is better than a drain that tells nothing.
const number = v.number();
const text = v.string();
const failedAt = {
  name: text,
  code: v.nullable(text),
  message: text,
  address: v.nullable(text),
  port: v.nullable(number),
};

const schemas: { readonly [Type in WorkerToSupervisor["type"]]: v.GenericSchema } = {
  hello: v.object({}),
  listening: v.object({
    server: text,
    protocol: v.picklist(["http", "https", "tcp", "tls", "http2", "https2"]),
    address: v.union([text, v.object({ address: text, port: number, family: text })]),
    systemPort: v.boolean(),
    tried: v.array(v.union([text, number])),
    handoff: v.boolean(),
  }),
  listens: v.object({ server: text, attended: v.boolean() }),
  listenFailed: v.object(failedAt),
  closed: v.object({ server: text }),
  fatal: v.object({ ...failedAt, stack: text }),
  exits: v.object({ stack: text }),
  mine: v.object({ port: number, to: number }),
  acceptStopped: v.object({}),
  unserved: v.object({ key: text }),
  alone: v.object({}),
  drain: v.object({
    requests: number,
    connections: number,
    carriers: number,
    handedOver: number,
    closed: number,
    kinds: connectionKindsSchema,
    inFlight: v.array(requestInFlightSchema),
    served: number,
    done: v.boolean(),
    settled: v.boolean(),
    listens: v.boolean(),
  }),
  connection: v.object({
    id: number,
    server: text,
    requests: number,
    unused: v.boolean(),
    stoppedAt: number,
    idleSince: number,
  }),
  taken: v.object({ ids: v.array(number), stallMs: number }),
  refused: v.object({ id: number }),
  beat: v.object({ memory: number, inspectable: v.boolean() }),
  counted: v.object({ served: number }),
  answerTimes: v.object({ ms: v.array(number) }),
  layers: v.union([
    v.object({ id: number, error: text }),
    // What a collector found is looked at where it is completed, for one client that asked.
    v.object({
      id: number,
      answer: v.looseObject({ kind: v.picklist(["servers", "facts", "pulse", "requests", "sample", "heapSnapshot"]) }),
    }),
  ]),
  metrics: v.object({
    id: number,
    answer: v.object({
      cpuSeconds: number,
      loopUtilization: number,
      leftOut: number,
      metrics: v.array(
        v.object({
          name: text,
          help: text,
          type: v.picklist(["counter", "gauge", "histogram", "summary"]),
          aggregator: text,
          values: v.array(
            v.object({ labels: v.record(text, text), value: v.union([number, text]), name: v.optional(text) }),
          ),
        }),
      ),
    }),
  }),
  debugger: v.object({ waits: v.boolean() }),
  noInspector: v.object({ message: text }),
  inspectorClosed: v.object({}),
  trouble: v.object({ message: text }),
};

/** Whether a message has the fields of its type; `undefined` if there is no such type. */
export function isWellFormed(message: { readonly type: unknown }): boolean | undefined {
  // A name that is only in the prototype is no type.
  return typeof message.type === "string" && Object.hasOwn(schemas, message.type)
    ? v.is(schemas[message.type as WorkerToSupervisor["type"]], message)
    : undefined;
}
