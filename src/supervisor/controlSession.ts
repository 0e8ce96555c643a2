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
import { type ErrorData, HitlessError, toHitlessError } from "../shared/errors.ts";
import {
  type NotificationName,
  type NotificationParams,
  parseMessage,
  protocolVersion,
  type RequestName,
  type RequestParams,
  type RequestResult,
  requests,
  rpcErrorCode,
} from "../shared/protocol.ts";

/** A client must present the secret within this time, in milliseconds. */
const initializeDeadlineMs = 5_000;
/** Bytes a client may send before it has presented the secret. */
const mostBytesBefore = 65_536;
/** Bytes that may wait for a client which does not read; then it is cut off. */
const mostBytesWaiting = 8 * 1_048_576;

/** What the supervisor does for a request. Absent from here: `initialize`, which the session itself answers. */
export type RequestHandlers = {
  readonly [Name in Exclude<RequestName, "initialize">]: (
    params: RequestParams<Name>,
    cancelled: AbortSignal,
  ) => Promise<RequestResult<Name>> | RequestResult<Name>;
};

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

/** One client of the control channel. Until it has presented the secret it is told nothing and may send little. */
export function openControlSession(options: ControlSessionOptions): ControlSession {
  const { socket, secret, handlers, onInitialized, onClosed, onTrouble } = options;
  let initialized = false;
  const reader = new StreamMessageReader(socket);
  // Its timer for a message that came in part would outlive the session, and with it everything the session holds.
  reader.partialMessageTimeout = 0;
  const connection = createMessageConnection(reader, new StreamMessageWriter(socket));
  const close = (): void => {
    socket.destroy();
  };
  const cutOff = (reason: string): void => {
    onTrouble(`a client of the control channel was cut off: ${reason}`);
    close();
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
    onClosed(initialized);
  });
  connection.onError(([error]) => cutOff(error.message));

  connection.onRequest("initialize", (input: unknown) =>
    answer(async () => {
      const params = parseMessage(requests.initialize.params, "initialize", input);
      if (params.protocolVersion !== protocolVersion) {
        throw new HitlessError(
          "protocolMismatch",
          `This supervisor speaks protocol version ${protocolVersion}, the client ${params.protocolVersion}. Stop the app with the Hitless that started it, or update the older one.`,
        );
      }
      if (!equalSecrets(params.secret, secret)) {
        setImmediate(() => cutOff("it presented a wrong secret"));
        throw new HitlessError("badSecret", "The secret is wrong.");
      }
      clearTimeout(deadline);
      const snapshot = await handlers["app/snapshot"]({}, new AbortController().signal);
      if (!initialized) {
        initialized = true;
        onInitialized(`${params.client.name} ${params.client.version}`);
      }
      return { protocolVersion, snapshot };
    }),
  );

  for (const name of Object.keys(handlers) as (keyof RequestHandlers)[]) {
    serve(connection, name, handlers[name] as AnyHandler, () => initialized);
  }
  connection.listen();

  return {
    notify(name, params) {
      if (!initialized || socket.destroyed) {
        return;
      }
      if (socket.writableLength > mostBytesWaiting) {
        cutOff("it does not read what it is sent");
        return;
      }
      connection.sendNotification(name, params).catch(() => close());
    },
    close,
  };
}

type AnyHandler = (params: unknown, cancelled: AbortSignal) => unknown;

function serve(
  connection: MessageConnection,
  name: Exclude<RequestName, "initialize">,
  handler: AnyHandler,
  isInitialized: () => boolean,
): void {
  connection.onRequest(name, (input: unknown, token: CancellationToken) =>
    answer(async () => {
      if (!isInitialized()) {
        throw new HitlessError("notInitialized", `${name} came before initialize.`);
      }
      const params = parseMessage(requests[name].params as v.GenericSchema, name, input ?? {});
      const controller = new AbortController();
      const listening = token.onCancellationRequested(() => controller.abort());
      try {
        return await handler(params, controller.signal);
      } finally {
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
