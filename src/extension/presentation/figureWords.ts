import type { WorkerFigures } from "../../shared/facts/pulseFigures.ts";
import type { Localize } from "../platform/localize.ts";

const mebibyte = 1_048_576;

/** `12% 84 MiB · 3 req/s`: in a narrow side bar there is room for the first two. What is not known is left out. */
export function figureWords({ cpu, memory, requestsPerSecond }: Partial<WorkerFigures>, t: Localize): string[] {
  const used = [
    ...(cpu === undefined ? [] : [percentWord(cpu)]),
    ...(memory === undefined ? [] : [memoryWord(memory)]),
  ];
  return [
    ...(used.length === 0 ? [] : [used.join(" ")]),
    ...(requestsPerSecond === undefined ? [] : [t("{0} req/s", rateWord(requestsPerSecond))]),
  ];
}

/** A share of one CPU in whole percent. */
export function percentWord(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** Bytes in whole mebibytes, or in gibibytes with one decimal. */
export function memoryWord(bytes: number): string {
  const mebibytes = bytes / mebibyte;
  return mebibytes < 1_000 ? `${Math.round(mebibytes)} MiB` : `${(mebibytes / 1_024).toFixed(1)} GiB`;
}

/** Whole from ten on: what is beside it may be as inexact. */
function rateWord(perSecond: number): string {
  return perSecond === 0 || perSecond >= 9.95 ? `${Math.round(perSecond)}` : perSecond.toFixed(1);
}
