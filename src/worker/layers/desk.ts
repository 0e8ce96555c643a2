import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { LayerAnswer, ServerIdleTime } from "../../shared/layers/collected.ts";
import type { ToWorkerBody } from "../../shared/workerMessages.ts";
import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";
import * as timers from "../ownTimers.ts";
import type { Collector, CollectorParts } from "./collector.ts";

export interface LayerDesk {
  asked(message: Extract<ToWorkerBody, { readonly type: "layers" }>): void;
}

/** The collector is a separate bundle beside the preload, loaded with the first question: before, it costs nothing. */
export function createLayerDesk(
  channel: Channel,
  guard: Guard,
  parts: Pick<CollectorParts, "servers" | "warnings"> & { readonly idleTimes: () => readonly ServerIdleTime[] },
): LayerDesk {
  const { idleTimes, ...collected } = parts;
  // The app may change it, which no longer affects Node.
  const nodeOptions = process.env.NODE_OPTIONS ?? "";
  let collector: Collector | undefined;
  const load = (): Collector => {
    // What Node has loaded so far is the app's; what the collector loads is not.
    const loadedBefore = [...builtinsLoaded()];
    const { createCollector } = createRequire(__filename)("./layers.cjs") as typeof import("./collector.ts");
    return createCollector({ ...collected, guard, timers, nodeOptions, folder: dirname(__filename), loadedBefore });
  };
  const fail = (id: number, thrown: unknown): void => {
    channel.send({ type: "layers", id, error: thrown instanceof Error ? thrown.message : String(thrown) });
  };
  return {
    asked({ id, ask }) {
      if (ask.kind === "servers") {
        try {
          channel.send({ type: "layers", id, answer: { kind: "servers", servers: idleTimes() } });
        } catch (thrown) {
          fail(id, thrown);
        }
        return;
      }
      new Promise((resolve) => {
        collector ??= load();
        resolve(undefined);
      })
        .then(() => collector?.answer(ask))
        .then(
          guard("layers", (answer: LayerAnswer | undefined) => {
            if (answer !== undefined) {
              channel.send({ type: "layers", id, answer });
            }
          }),
          guard("layers", (thrown: unknown) => fail(id, thrown)),
        );
    },
  };
}

/** Undocumented, but there since Node 0.10; without it nothing counts as the collector's own. */
function builtinsLoaded(): readonly string[] {
  const list: unknown = Reflect.get(process, "moduleLoadList");
  return Array.isArray(list) ? list : [];
}
