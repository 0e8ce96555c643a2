import { createServer, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { Duplex, type Readable, type Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type * as v from "valibot";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import {
  type AttachParams,
  attachHeader,
  attachParamsSchema,
  type Greeting,
  greetingMark,
  keepAlive,
  type MachineRequestName,
  machineRequests,
  type RunParams,
  type RunPiece,
  runParamsSchema,
} from "../../shared/machines/machineProtocol.ts";
import { parseMessage } from "../../shared/parseMessage.ts";
import { protocolVersion } from "../../shared/protocol.ts";
import { openSocket } from "../connection/openSocket.ts";
import { listAllEndpoints } from "../launch/endpoints.ts";
import { runtimeFolders } from "../launch/runtimeFolders.ts";
import { createDrainGuards } from "./drainGuards.ts";
import { createFleetLocks } from "./fleetLocks.ts";
import { createMachineHandlers, type MachineHandlers } from "./machineHandlers.ts";
import { runHere } from "./runHere.ts";

/** Programs that run have so many milliseconds to end; a stubborn one is killed before. */
const endDeadlineMs = 8_000;

/** Bytes of the parameters of one request. */
const mostBytes = 4 * 1_048_576;

export interface ServeOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Version of Hitless. */
  readonly version: string;
  /** Whether programs are run for the client. */
  readonly allowRun: boolean;
  /** Aborting it ends the service. */
  readonly signal: AbortSignal;
}

/**
 * Serves one client over two streams, until it has gone, or has given no sign of life for 30 s. Resolves when the programs that
 * it was running have ended too, and what it had taken out of the balancer here is back.
 */
export function serveMachine({ input, output, version, allowRun, signal }: ServeOptions): Promise<void> {
  const greeting: Greeting = { protocolVersion, version, nodeVersion: process.version };
  output.write(`\n${greetingMark}${JSON.stringify(greeting)}\n`);
  const locks = createFleetLocks();
  const guards = createDrainGuards();
  const handlers = createMachineHandlers(locks, guards);
  const server = createServer({ unknownProtocolTimeout: keepAlive.goneMs } as object);
  return new Promise((resolve) => {
    const ending = new AbortController();
    const answers = new Set<Promise<void>>();
    let silence: NodeJS.Timeout | undefined;
    let isEnding = false;
    const end = () => {
      clearTimeout(silence);
      if (isEnding) {
        return;
      }
      isEnding = true;
      locks.dispose();
      ending.abort();
      void Promise.race([Promise.allSettled(answers), delay(endDeadlineMs)])
        // Without leave to run programs none could have been taken out.
        .then(() => (allowRun ? guards.release() : undefined))
        .then(() => resolve());
    };
    signal.addEventListener("abort", end, { once: true });
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(end, keepAlive.goneMs);
    };
    heard();
    const channel = Duplex.from({ readable: input, writable: output });
    for (const stream of [input, output, channel]) {
      stream.on("error", end);
      stream.on("close", end);
    }
    server.on("session", (session: Http2Session) => {
      session.on("ping", heard);
      session.on("error", end);
      session.on("close", end);
    });
    server.on("sessionError", end);
    server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      stream.on("error", () => undefined);
      const answered = answer(stream, headers, { handlers, allowRun, ended: ending.signal });
      answers.add(answered);
      void answered.finally(() => answers.delete(answered));
    });
    server.emit("connection", channel);
  });
}

interface Surroundings {
  readonly handlers: MachineHandlers;
  readonly allowRun: boolean;
  /** Aborted when the client has gone. */
  readonly ended: AbortSignal;
}

async function answer(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  surroundings: Surroundings,
): Promise<void> {
  const name = String(headers[":path"] ?? "").slice(1);
  try {
    switch (name) {
      case "attach":
        return await attach(stream, parseMessage(attachParamsSchema, name, JSON.parse(String(headers[attachHeader]))));
      case "run":
        return await run(stream, surroundings);
      default: {
        const params = JSON.parse(await wholeBody(stream));
        const result = await handle(surroundings.handlers, name, params);
        stream.respond({ ":status": 200 });
        stream.end(JSON.stringify(result));
      }
    }
  } catch (thrown) {
    const { code, message, detail } = toHitlessError(thrown);
    if (!stream.headersSent && !stream.destroyed) {
      stream.respond({ ":status": 500 });
      stream.end(JSON.stringify({ code, message, detail }));
    }
  }
}

function handle(handlers: MachineHandlers, name: string, params: unknown): Promise<unknown> {
  if (!Object.hasOwn(machineRequests, name)) {
    throw new HitlessError("badMessage", `This Hitless does not know the request "${name}".`);
  }
  const known = name as MachineRequestName;
  const handler = handlers[known] as (params: unknown) => Promise<unknown>;
  return handler(parseMessage(machineRequests[known].params as v.GenericSchema, known, params));
}

/** Connects the stream with the control socket of an app. */
async function attach(stream: ServerHttp2Stream, { pid, deadlineMs }: AttachParams): Promise<void> {
  const endpoint = (await listAllEndpoints(runtimeFolders())).find((candidate) => candidate.pid === pid);
  if (endpoint === undefined) {
    stream.respond({ ":status": 404 }, { endStream: true });
    return;
  }
  const attempt = await openSocket(endpoint.socket, deadlineMs);
  if (attempt.kind !== "open") {
    stream.respond({ ":status": attempt.kind === "refused" ? 404 : 502 });
    stream.end(attempt.reason);
    return;
  }
  const { socket } = attempt;
  stream.respond({ ":status": 200 });
  stream.pipe(socket);
  socket.pipe(stream);
  stream.on("close", () => socket.destroy());
  socket.on("close", () => stream.close());
}

/** Runs a program; the client's reading is what paces its output. */
async function run(stream: ServerHttp2Stream, { allowRun, ended }: Surroundings): Promise<void> {
  if (!allowRun) {
    throw new HitlessError("invalidState", "This machine runs no programs for clients (hitless connect --no-run).");
  }
  const params = parseMessage(runParamsSchema, "run", JSON.parse(await wholeBody(stream)));
  const gone = new AbortController();
  const end = () => gone.abort();
  stream.on("close", end);
  ended.addEventListener("abort", end, { once: true });
  if (ended.aborted) {
    end();
  }
  stream.respond({ ":status": 200 });
  const tell = (piece: RunPiece) =>
    new Promise<void>((resolve) => {
      if (stream.destroyed || stream.write(`${JSON.stringify(piece)}\n`)) {
        resolve();
      } else {
        stream.once("drain", resolve);
        stream.once("close", resolve);
      }
    });
  try {
    const receive = (name: "stdout" | "stderr", text: string) => tell({ kind: "output", stream: name, text });
    const code = await runHere(params.itself === true ? byItself(params) : params, { receive, signal: gone.signal });
    await tell({ kind: "exit", code });
  } catch (thrown) {
    const { code, message } = toHitlessError(thrown);
    await tell({ kind: "failed", code, message });
  } finally {
    ended.removeEventListener("abort", end);
    stream.end();
  }
}

/** The program and file that this process runs, with other arguments. */
function byItself(params: RunParams): RunParams {
  const [program = process.execPath, file = ""] = process.argv;
  return { ...params, argv: [program, file, ...params.argv] };
}

async function wholeBody(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    pieces.push(piece as Buffer);
    size += pieces.at(-1)?.length ?? 0;
    if (size > mostBytes) {
      throw new HitlessError("badMessage", `A request is longer than ${mostBytes} bytes.`);
    }
  }
  return Buffer.concat(pieces).toString("utf8");
}
