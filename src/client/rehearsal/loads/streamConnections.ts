import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { WebSocket } from "ws";
import type { RehearsalPlan } from "../rehearsalPlan.ts";
import { answerDeadlineMs, type LoadConnection, type LoadEvents, type RehearsalTarget, reasonOf } from "./load.ts";

/** Close codes by which a WebSocket server ends a connection in order: normal, going away, service restart, try again later. */
const politeCodes: ReadonlySet<number> = new Set([1000, 1001, 1012, 1013]);

/**
 * A WebSocket. What is asked is a ping, which every server answers by itself: what an app's own messages mean is not
 * known. A connection that ends in the way of its protocol is opened again, one that breaks has failed as well.
 */
export function openWebSocketConnection(
  target: RehearsalTarget,
  plan: RehearsalPlan,
  events: LoadEvents,
): LoadConnection {
  let socket: WebSocket | undefined;
  let opening: WebSocket | undefined;
  let opened = 0;

  const open = async (path: string): Promise<void> => {
    const client = await import("./webSocketClient.ts");
    await new Promise<void>((resolve, reject) => {
      const base = target.socketPath === undefined ? target.origin : `ws+unix://${target.socketPath}:`;
      const next = new client.WebSocket(`${base.replace(/^http/, "ws")}${path}`, {
        rejectUnauthorized: false,
        handshakeTimeout: answerDeadlineMs,
        headers: { "user-agent": "hitless-rehearsal", ...plan.headers },
        perMessageDeflate: false,
      });
      opening = next;
      next.once("error", reject);
      next.once("open", () => {
        next.off("error", reject);
        opened += 1;
        socket = next;
        next.on("error", () => undefined);
        next.once("close", (code) => {
          if (socket === next) {
            socket = undefined;
            events.reopened("WebSocket", `close code ${code}`);
            if (!politeCodes.has(code)) {
              events.failed(`WebSocket ${path}`, `it broke off with close code ${code}`);
            }
          }
        });
        resolve();
      });
    });
  };

  return {
    async ask(path, dueAt) {
      const what = `${opened === 0 ? "open" : "ping"} WebSocket ${path}`;
      try {
        if (socket === undefined) {
          await open(path);
        }
        const asked = socket;
        if (asked === undefined) {
          // It was closed again as soon as it was open, which is told.
          return;
        }
        const answered = await new Promise<boolean>((resolve, reject) => {
          const timer = setTimeout(
            () => reject(new Error(`no answer within ${answerDeadlineMs / 1_000} s`)),
            answerDeadlineMs,
          );
          const settle = (isAnswer: boolean): void => {
            clearTimeout(timer);
            asked.off("pong", pong);
            asked.off("close", closed);
            resolve(isAnswer);
          };
          const pong = (): void => settle(true);
          const closed = (): void => settle(false);
          asked.once("pong", pong);
          asked.once("close", closed);
          asked.ping();
        });
        if (answered) {
          events.answered(dueAt);
        }
      } catch (error) {
        events.failed(what, reasonOf(error));
        socket?.terminate();
        socket = undefined;
      }
    },
    close() {
      const last = socket ?? opening;
      socket = undefined;
      last?.terminate();
    },
  };
}

/**
 * An event stream. What is asked is that it is open: its first answer is the head of the response. One that ends in
 * order is opened again, one that breaks has failed as well.
 */
export function openEventStream(target: RehearsalTarget, plan: RehearsalPlan, events: LoadEvents): LoadConnection {
  let stream: IncomingMessage | undefined;
  let opening: ClientRequest | undefined;
  let isClosing = false;

  const open = (path: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = target.isTls ? httpsRequest : httpRequest;
      const request = begin(`${target.origin}${path}`, {
        headers: { accept: "text/event-stream", "user-agent": "hitless-rehearsal", ...plan.headers },
        agent: false,
        rejectUnauthorized: false,
        ...(target.socketPath === undefined ? {} : { socketPath: target.socketPath }),
      });
      opening = request;
      const timer = setTimeout(
        () => request.destroy(new Error(`no answer within ${answerDeadlineMs / 1_000} s`)),
        answerDeadlineMs,
      );
      request.once("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.once("response", (response) => {
        clearTimeout(timer);
        const type = response.headers["content-type"] ?? "none";
        if (response.statusCode !== (plan.expect ?? 200) || !type.startsWith("text/event-stream")) {
          response.destroy();
          reject(new Error(`status ${response.statusCode}, content type ${type}: that is no event stream`));
          return;
        }
        response.on("error", () => undefined);
        response.once("close", () => {
          if (stream === response && !isClosing) {
            stream = undefined;
            events.reopened("event stream", response.complete ? "the server ended it" : "it broke off");
            if (!response.complete) {
              events.failed(`event stream ${path}`, "it broke off");
            }
          }
        });
        // At once: of a short stream the end may come in the same turn.
        stream = response;
        response.resume();
        resolve();
      });
      request.end();
    });

  return {
    async ask(path, dueAt) {
      if (stream !== undefined) {
        return;
      }
      try {
        await open(path);
        events.answered(dueAt);
      } catch (error) {
        events.failed(`event stream ${path}`, reasonOf(error));
      }
    },
    close() {
      isClosing = true;
      stream?.destroy();
      opening?.destroy(new Error("it was closed"));
    },
  };
}
