import { timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import type * as v from "valibot";
import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { isPeerGone } from "../../shared/basics/peerGone.ts";
import { type ErrorData, HitlessError, toHitlessError } from "../../shared/errors.ts";
import { parseMessage } from "../../shared/parseMessage.ts";
import {
  type NotificationName,
  type NotificationParams,
  protocolVersion,
  type RequestName,
  type RequestParams,
  type RequestResult,
  requests,
  rpcErrorCode,
} from "../../shared/protocol.ts";
import { boundReader } from "./boundedReader.ts";
import { boundWriter } from "./boundedWriter.ts";

/** A client must present the secret within this time, in milliseconds. */
const initializeDeadlineMs = 5_000;
/** Bytes a client may send before it has presented the secret. */
const mostBytesBefore = 65_536;
/** Bytes of one message; the largest is a recipe with its environment. */
const mostBytesOfMessage = 8_388_608;
/** Messages of a client that may wait to be handled; while there are more, nothing is read. */
const mostMessagesUnseen = 256;
/** Messages that may wait for a client that does not read; with more it is cut off. */
const mostMessagesWaiting = 256;
/** Pending requests of one client at most. */
const mostRequestsOpen = 128;
/** Milliseconds for a refused client to read the reason. */
const refusalLingerMs = 1_000;

/** The handlers of all requests except `initialize`, which the session answers itself. */
export type RequestHandlers = {
  readonly [Name in Exclude<RequestName, "initialize">]: (
    params: RequestParams<Name>,
    cancelled: AbortSignal,
    /** Aborted when the client has gone. */
    client: AbortSignal,
  ) => Promise<RequestResult<Name>> | RequestResult<Name>;
};

const names = new WeakMap<AbortSignal, string>();

/** What a client of the control channel calls itself, by the signal that is aborted when it has gone. */
export function nameOfClient(client: AbortSignal): string {
  return names.get(client) ?? "a client";
}

export interface ControlSession {
  notify<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void;
  close(): void;
}

export interface ControlSessionOptions {
  readonly socket: Socket;
  readonly secret: string;
  readonly handlers: RequestHandlers;
  readonly onInitialized: (client: string) => void;
  readonly onClosed: (initialized: boolean) => void;
  readonly onTrouble: (message: string) => void;
}

/** One client of the control channel. Before it has presented the secret it is sent nothing and may send little. */
export function openControlSession(options: ControlSessionOptions): ControlSession {
  const { socket, secret, handlers, onInitialized, onClosed, onTrouble } = options;
  let initialized = false;
  let refused = false;
  const open = { requests: 0 };
  const client = new AbortController();
  const reader = new StreamMessageReader(socket);
  // Its timer for a partial message would outlive the session, and keep everything the session references.
  reader.partialMessageTimeout = 0;
  const writer = boundWriter(new StreamMessageWriter(socket), mostMessagesWaiting, () =>
    cutOff("it does not read what it is sent"),
  );
  const bounded = boundReader(reader, socket, {
    mostBytes: mostBytesOfMessage,
    mostMessages: mostMessagesUnseen,
    exceeded: () => cutOff(`it sent a message of more than ${mostBytesOfMessage} bytes`),
  });
  const connection = createMessageConnection(bounded.reader, writer, undefined, {
    messageStrategy: bounded.messageStrategy,
  });
  const close = (): void => {
    socket.destroy();
  };
  let cut = false;
  const cutOff = (reason: string): void => {
    // Closed first: the report is a message to every client, this one included.
    close();
    if (!cut) {
      cut = true;
      onTrouble(`a client of the control channel was cut off: ${reason}`);
    }
  };

  const deadline = setTimeout(
    () => cutOff(`it did not send initialize within ${initializeDeadlineMs} ms`),
    initializeDeadlineMs,
  );
  socket.on("data", () => {
    if (!initialized && socket.bytesRead > mostBytesBefore) {
      cutOff(`it sent more than ${mostBytesBefore} bytes before initialize`);
    }
  });
  socket.on("error", close);
  socket.once("close", () => {
    clearTimeout(deadline);
    connection.dispose();
    client.abort();
    onClosed(initialized);
  });
  // A client may leave at any time, also with something on the way to it.
  connection.onError(([error]) => (isPeerGone(error) ? close() : cutOff(error.message)));

  connection.onRequest("initialize", (input: unknown) =>
    answer(async () => {
      const params = parseMessage(requests.initialize.params, "initialize", input);
      if (params.protocolVersion !== protocolVersion) {
        throw new HitlessError(
          "protocolMismatch",
          `This supervisor speaks protocol version ${protocolVersion}, the client ${params.protocolVersion}. Stop the app with the Hitless that started it, or update the older one.`,
        );
      }
      if (refused || !equalSecrets(params.secret, secret)) {
        // It reads the reason, and has no second attempt.
        setTimeout(() => cutOff("it presented a wrong secret"), refusalLingerMs).unref();
        refused = true;
        throw new HitlessError("badSecret", "The secret is wrong.");
      }
      clearTimeout(deadline);
      const snapshot = await handlers["app/snapshot"]({}, new AbortController().signal, client.signal);
      if (!initialized) {
        initialized = true;
        names.set(client.signal, params.client.name);
        onInitialized(`${params.client.name} ${params.client.version}`);
      }
      return { protocolVersion, snapshot };
    }),
  );

  for (const name of Object.keys(handlers) as (keyof RequestHandlers)[]) {
    const handler = handlers[name] as AnyHandler;
    serve({ connection, name, handler, isInitialized: () => initialized, open, client: client.signal });
  }
  connection.listen();

  return {
    notify(name, params) {
      if (!initialized || cut || socket.destroyed) {
        return;
      }
      connection.sendNotification(name, params).catch(() => close());
    },
    close,
  };
}

type AnyHandler = (params: unknown, cancelled: AbortSignal, client: AbortSignal) => unknown;

interface Service {
  readonly connection: MessageConnection;
  readonly name: Exclude<RequestName, "initialize">;
  readonly handler: AnyHandler;
  readonly isInitialized: () => boolean;
  readonly open: { requests: number };
  readonly client: AbortSignal;
}

function serve({ connection, name, handler, isInitialized, open, client }: Service): void {
  // Without parameters, the token is the only argument.
  connection.onRequest(name, (...args: unknown[]) =>
    answer(async () => {
      const token = args.at(-1) as CancellationToken;
      if (!isInitialized()) {
        throw new HitlessError("notInitialized", `${name} came before initialize.`);
      }
      if (open.requests >= mostRequestsOpen) {
        throw new HitlessError("invalidState", `More than ${mostRequestsOpen} requests of this client are under way.`);
      }
      const params = parseMessage(requests[name].params as v.GenericSchema, name, args.length > 1 ? args[0] : {});
      const controller = new AbortController();
      const listening = token.onCancellationRequested(() => controller.abort());
      open.requests += 1;
      try {
        const result = handler(params, controller.signal, client);
        // A request whose cancelling came before its turn has a token that says so and calls nobody.
        if (token.isCancellationRequested) {
          controller.abort();
        }
        return await result;
      } finally {
        open.requests -= 1;
        listening.dispose();
      }
    }),
  );
}

/** Sends a failure as a JSON-RPC error whose `data` names it. */
async function answer<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (thrown) {
    const error = toHitlessError(thrown);
    const data: ErrorData = { code: error.code, remedy: error.remedy, detail: error.detail };
    throw new ResponseError(rpcErrorCode, error.message, data);
  }
}

function equalSecrets(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
