import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { answersTimed } from "../../shared/facts/slowAtFirst.ts";
import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";
import { steadyNow } from "../ownTimers.ts";

/** Times the next answers, of requests over HTTP/1 that begin from now on, and tells them when there are enough. */
export interface AnswerTimer {
  begin(): void;
  /** Tells those that there are. */
  end(): void;
}

export function createAnswerTimer(channel: Channel, guard: Guard): AnswerTimer {
  let begun = new WeakMap<object, number>();
  let times: number[] | undefined;
  const started = guard("answer times", (message: unknown) => {
    begun.set((message as { response: object }).response, steadyNow());
  });
  const finished = guard("answer times", (message: unknown) => {
    const from = begun.get((message as { response: object }).response);
    if (from !== undefined && times !== undefined) {
      times.push(Math.round((steadyNow() - from) * 10) / 10);
      if (times.length >= answersTimed) {
        end();
      }
    }
  });
  const end = (): void => {
    if (times !== undefined) {
      unsubscribe("http.server.request.start", started);
      unsubscribe("http.server.response.finish", finished);
      channel.send({ type: "answerTimes", ms: times });
      times = undefined;
    }
  };
  return {
    begin() {
      begun = new WeakMap();
      if (times === undefined) {
        subscribe("http.server.request.start", started);
        subscribe("http.server.response.finish", finished);
      }
      times = [];
    },
    end,
  };
}
