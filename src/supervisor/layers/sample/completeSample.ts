import type { CollectedSample } from "../../../shared/layers/collected.ts";
import type { CpuSample } from "../../../shared/layers/sample.ts";
import { mappedAddons } from "../files/addonFiles.ts";
import { addonsInUse } from "./addonsInUse.ts";
import { attribute } from "./attribution.ts";
import { cpuProfile } from "./cpuProfile.ts";
import { readHotLines } from "./source/hotLines.ts";
import { mapSample } from "./source/sourceMaps.ts";

/** Attributes the ticks of a worker's sample. */
export async function completeSample(
  worker: CpuSample["worker"],
  taken: CollectedSample,
  workerStartedAt: number,
): Promise<CpuSample & { readonly profile?: string }> {
  const collected = await mapSample(taken);
  const { startedAt, cancelled, ticks, bindings, addons } = collected;
  const hints = await readHotLines(collected, workerStartedAt);
  const files = [...addons, ...(await mappedAddons(worker.pid))];
  const packages = new Set(collected.packages);
  const natives = {
    ...(await addonsInUse(files, collected, hints, packages)),
    hasAddons: files.length > 0,
    sqlite: bindings.includes("sqlite"),
  };
  return {
    worker,
    startedAt,
    cancelled,
    ticks,
    ...cpuOf(collected),
    ...(collected.timeline === undefined ? {} : { profile: cpuProfile(collected) }),
    ...attribute(collected, { ...hints, natives, packages }),
  };
}

function cpuOf({ thread }: CollectedSample): Pick<CpuSample, "cpuMs" | "waitedMs"> {
  if (thread === undefined) {
    return {};
  }
  const { usedMs, waitedMs } = thread;
  return { cpuMs: usedMs, ...(waitedMs === undefined ? {} : { waitedMs }) };
}
