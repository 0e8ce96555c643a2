import { type LogChunk, type LogStream, logRingBytes, logRingsKept } from "../shared/logs.ts";

/** Small pieces are kept one by one, so their number is bounded too. */
const mostPieces = 8_192;

/** Losses are remembered in steps of this many bytes, so that a late reader learns how much it missed. */
const lossStepBytes = 16_384;
const mostLossSteps = 256;

interface Piece {
  readonly sequence: number;
  readonly stream: LogStream;
  readonly time: number;
  readonly bytes: Buffer;
}

/** Who wrote a piece of output. */
export interface LogSource {
  readonly worker: number;
  readonly slot: number;
  readonly generation: number;
}

interface Ring {
  readonly source: LogSource;
  pieces: Piece[];
  /** Index of the oldest piece still kept; the array is compacted when half of it is gone. */
  first: number;
  size: number;
  lost: number;
  /** After the piece `sequence` was lost, `lost` bytes had been lost in all. */
  losses: { readonly sequence: number; readonly lost: number }[];
}

export interface ReadRequest {
  /** Sequence of the last piece already read; absent: the last `lines` lines. */
  readonly cursor?: number | undefined;
  readonly worker?: number | undefined;
  readonly lines?: number | undefined;
  readonly maxBytes: number;
}

export interface ReadResult {
  readonly cursor: number;
  readonly chunks: LogChunk[];
  readonly skippedBytes: number;
}

export interface LogStore {
  append(source: LogSource, stream: LogStream, bytes: Buffer): void;
  read(request: ReadRequest): ReadResult;
  /** Calls once as soon as something is appended (for that worker, or any); the returned function gives up. */
  onceAppended(worker: number | undefined, listener: () => void): () => void;
}

/**
 * The latest output of every worker: a ring of 1 MiB each. Appending never waits for a reader; a reader that is too slow
 * is told how much it missed.
 * @param now The clock, in epoch milliseconds.
 */
export function createLogStore(now: () => number = Date.now): LogStore {
  const rings = new Map<number, Ring>();
  const waiting = new Set<{ readonly worker: number | undefined; readonly listener: () => void }>();
  let sequence = 0;

  const ringOf = (source: LogSource): Ring => {
    const known = rings.get(source.worker);
    if (known !== undefined) {
      return known;
    }
    const ring: Ring = { source, pieces: [], first: 0, size: 0, lost: 0, losses: [] };
    rings.set(source.worker, ring);
    return ring;
  };

  return {
    append(source, stream, bytes) {
      if (bytes.length === 0) {
        return;
      }
      sequence += 1;
      const ring = ringOf(source);
      ring.pieces.push({ sequence, stream, time: now(), bytes });
      ring.size += bytes.length;
      trim(ring);
      forgetOldest(rings);
      for (const waiter of waiting) {
        if (waiter.worker === undefined || waiter.worker === source.worker) {
          waiting.delete(waiter);
          waiter.listener();
        }
      }
    },
    read({ cursor, worker, lines, maxBytes }) {
      const chosen = [...rings.values()].filter((ring) => worker === undefined || ring.source.worker === worker);
      return cursor === undefined
        ? {
            cursor: sequence,
            chunks: lastLines(merge(chosen, 0, Number.POSITIVE_INFINITY), lines ?? 0),
            skippedBytes: 0,
          }
        : readAfter(chosen, cursor, maxBytes, sequence);
    },
    onceAppended(worker, listener) {
      const waiter = { worker, listener };
      waiting.add(waiter);
      return () => waiting.delete(waiter);
    },
  };
}

function trim(ring: Ring): void {
  while (ring.size > logRingBytes || ring.pieces.length - ring.first > mostPieces) {
    const oldest = ring.pieces[ring.first];
    if (oldest === undefined) {
      break;
    }
    ring.first += 1;
    ring.size -= oldest.bytes.length;
    ring.lost += oldest.bytes.length;
    const step = ring.losses.at(-1);
    if (step === undefined || ring.lost - step.lost >= lossStepBytes) {
      ring.losses.push({ sequence: oldest.sequence, lost: ring.lost });
    }
  }
  if (ring.losses.length > mostLossSteps * 2) {
    ring.losses = ring.losses.slice(-mostLossSteps);
  }
  if (ring.first > 64 && ring.first * 2 > ring.pieces.length) {
    ring.pieces = ring.pieces.slice(ring.first);
    ring.first = 0;
  }
}

/** Rings of workers that ended stay readable until enough newer workers have written. */
function forgetOldest(rings: Map<number, Ring>): void {
  if (rings.size > logRingsKept) {
    const byAge = [...rings.entries()].sort(([, a], [, b]) => lastSequence(a) - lastSequence(b));
    const [oldest] = byAge[0] ?? [];
    if (oldest !== undefined) {
      rings.delete(oldest);
    }
  }
}

function lastSequence(ring: Ring): number {
  return ring.pieces.at(-1)?.sequence ?? 0;
}

/** The kept pieces after `cursor` of these rings in the order they came, up to `maxBytes` (but at least one). */
function merge(rings: readonly Ring[], cursor: number, maxBytes: number): LogChunk[] {
  const heads = rings.map((ring) => ({ ring, index: firstAfter(ring, cursor) }));
  const chunks: LogChunk[] = [];
  let size = 0;
  for (;;) {
    let next: { ring: Ring; index: number } | undefined;
    let piece: Piece | undefined;
    for (const head of heads) {
      const candidate = head.ring.pieces[head.index];
      if (candidate !== undefined && (piece === undefined || candidate.sequence < piece.sequence)) {
        next = head;
        piece = candidate;
      }
    }
    if (next === undefined || piece === undefined || (chunks.length > 0 && size + piece.bytes.length > maxBytes)) {
      return chunks;
    }
    next.index += 1;
    size += piece.bytes.length;
    const { sequence, stream, time, bytes } = piece;
    chunks.push({ sequence, ...next.ring.source, stream, time, text: bytes.toString("utf8") });
  }
}

/** Index of the first kept piece after `cursor`, by binary search. */
function firstAfter(ring: Ring, cursor: number): number {
  let low = ring.first;
  let high = ring.pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ring.pieces[middle]?.sequence ?? 0) > cursor) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

function readAfter(rings: readonly Ring[], cursor: number, maxBytes: number, newest: number): ReadResult {
  const chunks = merge(rings, cursor, maxBytes);
  const skippedBytes = rings.reduce((sum, ring) => sum + lostAfter(ring, cursor), 0);
  const last = chunks.at(-1);
  return { cursor: last?.sequence ?? Math.max(cursor, newest), chunks, skippedBytes };
}

/** Bytes lost of what came after `cursor`, exact to one step. */
function lostAfter(ring: Ring, cursor: number): number {
  const oldestKept = ring.pieces[ring.first]?.sequence ?? 0;
  if (ring.lost === 0 || oldestKept <= cursor + 1) {
    return 0;
  }
  const before = ring.losses.findLast((step) => step.sequence <= cursor)?.lost ?? 0;
  const lostSince = ring.losses.at(-1)?.sequence ?? 0;
  return lostSince <= cursor ? 0 : ring.lost - before;
}

/** The last `lines` lines of these pieces; the first piece is cut where the first of them begins. */
function lastLines(chunks: readonly LogChunk[], lines: number): LogChunk[] {
  const kept: LogChunk[] = [];
  let wanted = lines;
  for (let index = chunks.length - 1; index >= 0 && wanted > 0; index -= 1) {
    const chunk = chunks[index] as LogChunk;
    const start = startOfLastLines(chunk.text, wanted);
    kept.unshift(start.offset === 0 ? chunk : { ...chunk, text: chunk.text.slice(start.offset) });
    wanted -= start.lines;
  }
  return kept;
}

function startOfLastLines(text: string, wanted: number): { readonly offset: number; readonly lines: number } {
  let lines = text.endsWith("\n") || text === "" ? 0 : 1;
  let offset = text.length;
  while (lines <= wanted) {
    const newline = offset === 0 ? -1 : text.lastIndexOf("\n", offset - 1);
    if (newline === -1) {
      return { offset: 0, lines };
    }
    if (lines === wanted) {
      return { offset: newline + 1, lines };
    }
    lines += 1;
    offset = newline;
  }
  return { offset, lines };
}
