import * as v from "valibot";
import type { PanelWorker } from "../../../shared/layers/panelMessages.ts";
import { type CpuSample, cpuSampleSchema } from "../../../shared/layers/sample.ts";
import { keepText, readKept } from "../../platform/storage/keptFile.ts";

const fileName = "last-sample.json";

/** Characters of a sample with its profile that are kept; a larger profile is left out. */
const mostCharacters = 8_000_000;

const keptSchema = v.object({
  /** Key of the app. */
  app: v.string(),
  sample: cpuSampleSchema,
  /** The content of a `.cpuprofile` file. */
  profile: v.optional(v.string()),
});
export type KeptSample = v.InferOutput<typeof keptSchema>;

/** The last sample of the window, which survives its reload. */
export interface KeptSamples {
  keep(sample: KeptSample): void;
  /** That of this worker, if the last one is. */
  find(app: string, worker: PanelWorker): Pick<KeptSample, "sample" | "profile"> | undefined;
}

/**
 * @param folder In which it may be kept; `undefined` without a workspace.
 * @param onRead Called once the one that was kept before is known.
 */
export function createKeptSamples(folder: string | undefined, onRead: () => void): KeptSamples {
  let last: KeptSample | undefined;
  if (folder !== undefined) {
    void read(folder).then((found) => {
      if (found !== undefined && last === undefined) {
        last = found;
        onRead();
      }
    });
  }
  return {
    keep(sample) {
      last = sample;
      if (folder !== undefined) {
        void write(folder, sample);
      }
    },
    find(app, worker) {
      return last?.app === app && isOf(last.sample.worker, worker) ? last : undefined;
    },
  };
}

/** Ids begin anew with each supervisor, so that one alone is not enough. */
function isOf(one: CpuSample["worker"], other: PanelWorker): boolean {
  return one.id === other.id && one.pid === other.pid && one.generation === other.generation;
}

/** What another version of Hitless has kept may be of another form. */
async function read(folder: string): Promise<KeptSample | undefined> {
  const found = v.safeParse(keptSchema, await readKept(folder, fileName));
  return found.success ? found.output : undefined;
}

async function write(folder: string, { profile, ...sample }: KeptSample): Promise<void> {
  const whole = JSON.stringify({ ...sample, profile });
  const text = whole.length <= mostCharacters ? whole : JSON.stringify(sample);
  if (text.length <= mostCharacters) {
    await keepText(folder, fileName, text);
  }
}
