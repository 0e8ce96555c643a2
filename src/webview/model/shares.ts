import { isBusyPart } from "../../shared/facts/isBusyPart.ts";
import type { Layer } from "../../shared/layers/layer.ts";
import type { CpuSample, SampledFunction, SamplePart } from "../../shared/layers/sample.ts";

export type PartKind = SamplePart["kind"];

/** The kinds of time in drawing order: down the layers, then what belongs to none. */
export const partKinds: readonly PartKind[] = [
  "code",
  "package",
  "unsure",
  "node",
  "binding",
  "v8",
  "gc",
  "loop",
  "native",
  "idleOrLoop",
  "idle",
];

export interface KindShare {
  readonly kind: PartKind;
  /** 0 to 1. */
  readonly share: number;
  readonly selfMs: number;
}

/** The share of each kind; empty ones are left out. `busyOnly`: of the time that was not idle. */
export function sharesByKind({ parts }: CpuSample, busyOnly: boolean): KindShare[] {
  const whole = wholeOf(parts, busyOnly);
  return partKinds
    .filter((kind) => !busyOnly || isBusyPart({ kind }))
    .map((kind) => {
      const own = parts.filter((part) => part.kind === kind);
      const selfMs = sum(own.map((part) => part.selfMs));
      return { kind, selfMs, share: whole === 0 ? 0 : sum(own.map(({ share }) => share)) / whole };
    })
    .filter(({ selfMs }) => selfMs > 0);
}

/** A layer's share of the whole, or of the time that was not idle; 0 to 1. */
export function shareOfLayer({ parts }: CpuSample, layer: Layer, busyOnly: boolean): number {
  const whole = wholeOf(parts, busyOnly);
  const own = sum(parts.filter((part) => part.layer === layer).map(({ share }) => share));
  return whole === 0 ? 0 : own / whole;
}

/** A part with its share of the whole, or of the time that was not idle. */
export function partsOfLayer({ parts }: CpuSample, layer: Layer, busyOnly: boolean): SamplePart[] {
  const whole = wholeOf(parts, busyOnly);
  return parts
    .filter((part) => part.layer === layer)
    .map((part) => ({ ...part, share: whole === 0 ? 0 : part.share / whole }))
    .sort((one, other) => other.selfMs - one.selfMs);
}

export interface LayerFunction extends SampledFunction {
  /** Identifies it, also across samples. */
  readonly key: string;
  readonly part: SamplePart;
  readonly share: number;
}

/** The functions of a layer with the most time, most first. */
export function functionsOfLayer(sample: CpuSample, layer: Layer, busyOnly: boolean): LayerFunction[] {
  const wholeMs = sum(sample.parts.filter((part) => !busyOnly || isBusyPart(part)).map(({ selfMs }) => selfMs));
  return partsOfLayer(sample, layer, busyOnly)
    .flatMap((part) =>
      part.functions.map((each) => ({
        ...each,
        key: JSON.stringify([part.id, each.name, each.at]),
        part,
        share: wholeMs === 0 ? 0 : each.selfMs / wholeMs,
      })),
    )
    .sort((one, other) => other.selfMs - one.selfMs);
}

function wholeOf(parts: readonly SamplePart[], busyOnly: boolean): number {
  return busyOnly ? sum(parts.filter(isBusyPart).map(({ share }) => share)) : 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
