import { WebSocket } from "ws";

/** Milliseconds to connect. */
const connectMs = 3_000;

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly error?: unknown;
}

/** Part of the errors of all sessions. */
const gone = "the inspector has closed the connection";

/**
 * One session with a program's inspector (Chrome DevTools Protocol). V8 keeps a program paused as long as any session with an
 * enabled debugger would have it so: one that only looks must close soon, or a program whose own debugger has left stays paused.
 */
export interface InspectorSession {
  /** @throws Error when the inspector refuses, or the connection ends first. */
  ask(method: string, params?: object): Promise<unknown>;
  close(): void;
}

/**
 * Connects to an inspector on this machine.
 * @param url Its WebSocket address.
 * @param heard Called with each event, those of a method before its answer.
 * @throws Error when nobody is there within 3 s.
 */
export function openInspectorSession(
  url: string,
  heard: (method: string, params: unknown) => void = () => undefined,
): Promise<InspectorSession> {
  const socket = new WebSocket(url, { handshakeTimeout: connectMs });
  const asked = new Map<unknown, { resolve(result: unknown): void; reject(error: Error): void }>();
  let last = 0;
  const fail = (error: Error): void => {
    for (const { reject } of asked.values()) {
      reject(error);
    }
    asked.clear();
  };
  socket.on("close", () => fail(new Error(gone)));
  socket.on("message", (data) => {
    const message = parse(String(data));
    if (typeof message?.method === "string") {
      heard(message.method, message.params);
      return;
    }
    const question = asked.get(message?.id);
    asked.delete(message?.id);
    if (message?.error === undefined) {
      question?.resolve(message === undefined ? undefined : Reflect.get(message, "result"));
    } else {
      question?.reject(new Error(JSON.stringify(message.error)));
    }
  });
  const session: InspectorSession = {
    ask(method, params = {}) {
      return new Promise((resolve, reject) => {
        if (socket.readyState !== WebSocket.OPEN) {
          reject(new Error(gone));
          return;
        }
        last += 1;
        asked.set(last, { resolve, reject });
        socket.send(JSON.stringify({ id: last, method, params }));
      });
    },
    close: () => socket.close(),
  };
  return new Promise((resolve, reject) => {
    socket.on("error", (error) => {
      fail(error);
      reject(error);
    });
    socket.once("open", () => resolve(session));
  });
}

function parse(text: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
