import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createHistogram } from "node:perf_hooks";
import type { Guard } from "../guard.ts";
import { steadyNow } from "./givenTimers.ts";

/** Counts the requests that are answered, and how long that takes. */
export interface AnswerTimes {
  /** Since the last call. The times, in milliseconds from the head of a request to the end of its answer, are absent when none was answered. */
  take(): { readonly requestsPerSecond: number; readonly latencyP50?: number; readonly latencyP99?: number };
  /** Whether a request over HTTP/2 was ever seen: a Node.js before 22.17 tells of none. */
  readonly seesHttp2: boolean;
  stop(): void;
}

/** By the channels on which Node itself tells of requests: nothing of the app is wrapped. A request that began before counts without a time. */
export function watchAnswers(guard: Guard): AnswerTimes {
  const begun = new WeakMap<object, number>();
  const times = createHistogram();
  let answered = 0;
  let since = steadyNow();
  let seesHttp2 = false;
  const begin = (key: "response" | "stream") =>
    guard("layers", (message: unknown) => {
      seesHttp2 ||= key === "stream";
      begun.set((message as Record<typeof key, object>)[key], steadyNow());
    });
  const end = (key: "response" | "stream") =>
    guard("layers", (message: unknown) => {
      const subject = (message as Record<typeof key, object>)[key];
      const from = begun.get(subject);
      if (Reflect.get(subject, "aborted") === true) {
        return;
      }
      answered += 1;
      if (from !== undefined) {
        // The histogram takes integers from 1.
        times.record(Math.max(1, Math.round((steadyNow() - from) * 1_000)));
      }
    });
  const listeners = Object.entries({
    "http.server.request.start": begin("response"),
    "http.server.response.finish": end("response"),
    "http2.server.stream.start": begin("stream"),
    "http2.server.stream.close": end("stream"),
  });
  for (const [channel, listener] of listeners) {
    subscribe(channel, listener);
  }
  return {
    take() {
      const now = steadyNow();
      const requestsPerSecond = (answered * 1_000) / Math.max(1, now - since);
      const latency =
        times.count > 0
          ? { latencyP50: times.percentile(50) / 1_000, latencyP99: times.percentile(99) / 1_000 }
          : undefined;
      answered = 0;
      since = now;
      times.reset();
      return { requestsPerSecond, ...latency };
    },
    get seesHttp2() {
      return seesHttp2;
    },
    stop() {
      for (const [channel, listener] of listeners) {
        unsubscribe(channel, listener);
      }
    },
  };
}
