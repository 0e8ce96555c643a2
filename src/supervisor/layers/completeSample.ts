import type { CollectedSample } from "../../shared/layers/collected.ts";
import { packageOf } from "../../shared/layers/packageOf.ts";
import type { CpuSample } from "../../shared/layers/sample.ts";
import { mappedAddons } from "./addonFiles.ts";
import { attribute } from "./attribution.ts";
import { readHotLines } from "./hotLines.ts";

/** Tells what the ticks of a worker's sample belong to. */
export async function completeSample(
  worker: CpuSample["worker"],
  collected: CollectedSample,
  workerStartedAt: number,
): Promise<CpuSample> {
  const { startedAt, cancelled, ticks } = collected;
  const builtinShare = await readHotLines(collected, workerStartedAt);
  const addonPackages = new Set((await mappedAddons(worker.pid)).flatMap((file) => packageOf(file)?.name ?? []));
  return { worker, startedAt, cancelled, ticks, ...attribute(collected, { addonPackages, builtinShare }) };
}
