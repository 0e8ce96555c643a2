import { basename } from "node:path";
import type { CollectedSample } from "../../../shared/layers/collected.ts";
import { packageOf } from "../../../shared/layers/packageOf.ts";
import type { CpuSample } from "../../../shared/layers/sample.ts";
import { mappedAddons } from "../files/addonFiles.ts";
import { attribute } from "./attribution.ts";
import { readHotLines } from "./hotLines.ts";

/** Attributes the ticks of a worker's sample. */
export async function completeSample(
  worker: CpuSample["worker"],
  collected: CollectedSample,
  workerStartedAt: number,
): Promise<CpuSample> {
  const { startedAt, cancelled, ticks, bindings, addons } = collected;
  const hints = await readHotLines(collected, workerStartedAt);
  const files = [...addons, ...(await mappedAddons(worker.pid))];
  const natives = {
    addons: [...new Set(files.map((file) => packageOf(file)?.name ?? basename(file)))],
    sqlite: bindings.includes("sqlite"),
  };
  return {
    worker,
    startedAt,
    cancelled,
    ticks,
    ...cpuOf(collected),
    ...attribute(collected, { ...hints, natives }),
  };
}

function cpuOf({ thread }: CollectedSample): Pick<CpuSample, "cpuMs" | "waitedMs"> {
  if (thread === undefined) {
    return {};
  }
  const { usedMs, waitedMs } = thread;
  return { cpuMs: usedMs, ...(waitedMs === undefined ? {} : { waitedMs }) };
}
