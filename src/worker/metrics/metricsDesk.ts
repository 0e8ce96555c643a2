import { createRequire } from "node:module";
import type { WorkerMetrics } from "../../shared/workerMessages.ts";
import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";
import { clearTimeout, setTimeout } from "../ownTimers.ts";

type Reader = ReturnType<typeof import("./readMetrics.ts").createMetricsReader>;

export interface MetricsDesk {
  asked(id: number): void;
}

/** What reads metrics is a bundle of its own beside the preload, loaded with the first question: before, it costs nothing. */
export function createMetricsDesk(channel: Channel, guard: Guard): MetricsDesk {
  let read: Reader | undefined;
  const load = (): Reader => {
    const { createMetricsReader } = createRequire(__filename)("./metrics.cjs") as typeof import("./readMetrics.ts");
    return createMetricsReader({ setTimeout, clearTimeout }, createRequire(__filename).cache);
  };
  return {
    asked: guard("metrics", (id: number) => {
      read ??= load();
      read().then(
        guard("metrics", (answer: WorkerMetrics) => channel.send({ type: "metrics", id, answer })),
        guard("metrics", (thrown: unknown) => {
          throw thrown;
        }),
      );
    }),
  };
}
