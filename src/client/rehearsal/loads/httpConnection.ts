import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import type { RehearsalPlan } from "../rehearsalPlan.ts";
import {
  answerDeadlineMs,
  isRightStatus,
  type LoadConnection,
  type LoadEvents,
  type RehearsalTarget,
  reasonOf,
} from "./load.ts";

/** HTTP/1.1 on one kept-alive connection. Node's client never sends a request again. */
export function openHttpConnection(target: RehearsalTarget, plan: RehearsalPlan, events: LoadEvents): LoadConnection {
  const options = { keepAlive: true, maxSockets: 1 };
  // A certificate of the app on its own machine says nothing of who it is.
  const agent = target.isTls ? new HttpsAgent({ ...options, rejectUnauthorized: false }) : new HttpAgent(options);
  const begin = target.isTls ? httpsRequest : httpRequest;
  let current: Socket | undefined;
  let ending = "";

  /** An attempt to connect that fails opens nothing: its request has failed, and that is told. */
  const follow = (socket: Socket): void => {
    if (socket === current) {
      return;
    }
    if (socket.connecting) {
      socket.once("connect", () => follow(socket));
      return;
    }
    if (current !== undefined) {
      events.reopened("connection", ending || "it was closed by the server");
    }
    ending = "";
    current = socket;
    socket.once("end", () => {
      ending ||= "the server closed it";
    });
    socket.once("error", (error) => {
      ending ||= reasonOf(error);
    });
  };

  return {
    ask: (path, dueAt) =>
      new Promise((resolve) => {
        const what = `${plan.method} ${path}`;
        let done = false;
        const end = (tell: () => void): void => {
          if (!done) {
            done = true;
            clearTimeout(timer);
            tell();
            resolve();
          }
        };
        const fail = (why: string): void => end(() => events.failed(what, why));
        const request: ClientRequest = begin(requestOptions(target, plan, path, agent));
        const timer = setTimeout(() => {
          fail(`no answer within ${answerDeadlineMs / 1_000} s`);
          request.destroy();
        }, answerDeadlineMs);
        request.once("socket", follow);
        request.once("error", (error) => fail(reasonOf(error)));
        request.once("response", (response) => {
          const { statusCode = 0 } = response;
          if (response.headers.connection?.toLowerCase() === "close") {
            ending = "the server said that it closes it";
          }
          response.on("error", (error) => fail(`the answer broke off: ${reasonOf(error)}`));
          response.once("end", () => {
            if (!response.complete) {
              fail("the answer broke off");
            } else if (isRightStatus(statusCode, plan.expect)) {
              end(() => events.answered(dueAt));
            } else {
              fail(`status ${statusCode}`);
            }
          });
          response.resume();
        });
        request.end(plan.body);
      }),
    close: () => agent.destroy(),
  };
}

function requestOptions(
  target: RehearsalTarget,
  { method, headers }: RehearsalPlan,
  path: string,
  agent: HttpAgent,
): RequestOptions {
  const { hostname, port, host } = new URL(target.origin);
  return {
    agent,
    method,
    path,
    headers: { host, "user-agent": "hitless-rehearsal", ...headers },
    ...(target.socketPath === undefined
      ? { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? (target.isTls ? 443 : 80) : Number(port) }
      : { socketPath: target.socketPath }),
  };
}
