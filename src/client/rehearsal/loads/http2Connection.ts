import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect as connectNet } from "node:net";
import type { RehearsalPlan } from "../rehearsalPlan.ts";
import {
  answerDeadlineMs,
  isRightStatus,
  type LoadConnection,
  type LoadEvents,
  type RehearsalTarget,
  reasonOf,
} from "./load.ts";

/**
 * HTTP/2 on one session, one request at a time. One that crosses the session's GOAWAY is refused; what a session that is going has not taken is
 * asked on the next, as no byte of it was sent.
 */
export function openHttp2Connection(target: RehearsalTarget, plan: RehearsalPlan, events: LoadEvents): LoadConnection {
  let session: ClientHttp2Session | undefined;
  let opened = 0;
  let ending = "";
  const going = new WeakSet<ClientHttp2Session>();

  const open = (): ClientHttp2Session => {
    const before = opened;
    const ended = ending;
    ending = "";
    const { socketPath } = target;
    const next = connectHttp2(target.origin, {
      rejectUnauthorized: false,
      ...(socketPath === undefined ? {} : { createConnection: () => connectNet(socketPath) }),
    });
    next.once("connect", () => {
      opened = before + 1;
      if (before > 0) {
        events.reopened("session", ended || "it was closed by the server");
      }
    });
    next.on("error", (error) => {
      ending ||= reasonOf(error);
    });
    next.on("goaway", (code) => {
      ending ||= code === 0 ? "the server sent GOAWAY" : `the server sent GOAWAY with error ${code}`;
      going.add(next);
      if (session === next) {
        session = undefined;
      }
      next.close();
    });
    return next;
  };

  return {
    ask: (path, dueAt) =>
      new Promise((resolve) => {
        if (session === undefined || session.closed || session.destroyed) {
          session = open();
        }
        const asked = session;
        const what = `${plan.method} ${path}`;
        let status = 0;
        let why: string | undefined;
        const stream = asked.request(
          { ":method": plan.method, ":path": path, "user-agent": "hitless-rehearsal", ...plan.headers },
          { endStream: plan.body === undefined },
        );
        const timer = setTimeout(() => {
          why = `no answer within ${answerDeadlineMs / 1_000} s`;
          stream.close();
        }, answerDeadlineMs);
        let complete = false;
        stream.once("response", (headers) => {
          status = headers[":status"] ?? 0;
        });
        stream.once("end", () => {
          complete = true;
        });
        stream.once("error", (error) => {
          why ??= ending === "" ? reasonOf(error) : `${reasonOf(error)}; ${ending}`;
        });
        stream.once("close", () => {
          clearTimeout(timer);
          if (why === undefined && (!complete || status === 0 || stream.rstCode !== 0)) {
            why = "the answer broke off";
          }
          if (why === undefined && !isRightStatus(status, plan.expect)) {
            why = `status ${status}`;
          }
          if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && status === 0 && going.has(asked)) {
            events.refused();
          } else if (why === undefined) {
            events.answered(dueAt);
          } else {
            events.failed(what, why);
          }
          resolve();
        });
        stream.resume();
        if (plan.body !== undefined) {
          stream.end(plan.body);
        }
      }),
    close: () => session?.destroy(),
  };
}
