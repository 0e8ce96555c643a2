import type { ProfileFrame } from "../../../shared/layers/collected.ts";
import type { SampledFunction } from "../../../shared/layers/sample.ts";
import { fileOf } from "./fileOf.ts";

/** Name and place of a function. */
export function describeFrame({ name, url, line, column }: ProfileFrame): Pick<SampledFunction, "name" | "at"> {
  const at = url === "" || line < 1 ? {} : { at: { file: fileOf(url), line, ...(column < 1 ? {} : { column }) } };
  return { name: name === "" ? "(anonymous)" : name, ...at };
}
