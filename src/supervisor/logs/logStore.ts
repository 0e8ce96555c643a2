import { type LogChunk, type LogStream, logRingBytes, logRingsKept } from "../../shared/logs.ts";
import { lastLines, type WrittenPiece } from "./lastLines.ts";
import { createOutputGate, type Reader, type WorkerOutput } from "./outputGate.ts";

/** Small chunks are kept one by one, so their number is bounded too. */
const mostPieces = 8_192;

/** The part of its ring that a worker may be ahead of a reader that must lose nothing; the rest is for what is under way. */
const mostAhead = 0.75;

/** Losses are remembered in steps of this many bytes, so that a late reader learns how much it missed. */
const lossStepBytes = 16_384;
const mostLossSteps = 256;

/** So many workers are remembered whose ring is gone, or was never there, though what they have started may still write. */
const mostForgotten = 1_024;

interface Piece {
  readonly sequence: number;
  readonly stream: LogStream;
  readonly time: number;
  readonly bytes: Buffer;
  /** Bytes that its worker had written when it was written, with it. */
  readonly written: number;
}

/** The source of a chunk of output. */
export interface LogSource {
  readonly worker: number;
  readonly slot: number;
  readonly generation: number;
}

interface Ring {
  readonly source: LogSource;
  pieces: Piece[];
  /** Index of the oldest chunk still kept; the array is compacted when half of it is gone. */
  first: number;
  size: number;
  lost: number;
  /** Bytes that were ever appended. */
  written: number;
  /** Its worker is gone. */
  ended: boolean;
  /** Once the chunk `sequence` was lost, `lost` bytes had been lost in all. */
  losses: { readonly sequence: number; readonly lost: number }[];
}

export interface ReadRequest {
  /** Sequence of the last chunk already read; absent: the last `lines` lines. */
  readonly cursor?: number | undefined;
  readonly worker?: number | undefined;
  readonly lines?: number | undefined;
  readonly maxBytes: number;
  /** Who must lose nothing: workers wait for it. */
  readonly reader?: Reader | undefined;
}

export interface ReadResult {
  readonly cursor: number;
  readonly chunks: LogChunk[];
  readonly skippedBytes: number;
}

/** Gets what is appended, beside the rings. */
export interface OutputCopy {
  write(source: LogSource, stream: LogStream, bytes: Buffer): void;
  /** Nothing more comes of this stream. */
  end(source: LogSource, stream: LogStream): void;
}

export interface LogStore {
  /** What the worker writes to: it is paused while a reader that must lose nothing is behind. */
  watch(worker: number, output: WorkerOutput): void;
  /** The worker's process has ended, though what it wrote may not have been read. */
  exited(worker: number): void;
  /** A reader that must lose nothing comes within this many milliseconds. */
  expectReader(milliseconds: number): void;
  append(source: LogSource, stream: LogStream, bytes: Buffer): void;
  /** A stream of a worker has ended. */
  finish(source: LogSource, stream: LogStream): void;
  /** What is appended from now on goes there as well. */
  copyTo(copy: OutputCopy): void;
  /** All workers have to wait, whoever reads. */
  hold(on: boolean): void;
  read(request: ReadRequest): ReadResult;
  /**
   * Replaces all that is kept by what another supervisor has kept, with its numbers; the next ones follow them.
   * @param alive The workers that may still write.
   */
  adopt(chunks: readonly LogChunk[], alive: ReadonlySet<number>): void;
  /** What is appended from now on goes there instead of being kept here. */
  divert(to: OutputCopy): void;
  /** Whether some reader must lose nothing. */
  readonly hasPatientReader: boolean;
  /** Those of them that have yet to ask for what comes after the latest output. */
  readonly awaited: readonly (Reader | "expected")[];
  /** The worker is gone: its output is kept until enough others have ended after it. */
  ended(worker: number): void;
  /** Calls once as soon as something is appended (for that worker, or any); the returned function cancels. */
  onceAppended(worker: number | undefined, listener: () => void): () => void;
}

/**
 * The latest output of every worker: a ring of 1 MiB each. A reader that is too slow learns how much it missed; workers
 * wait only for readers that say so, and not for ever.
 * @param now The clock, in epoch milliseconds.
 */
export function createLogStore(now: () => number = Date.now): LogStore {
  const rings = new Map<number, Ring>();
  /** Workers that have ended and have no ring: one that is made for them has ended from the beginning. */
  const forgotten = new Set<number>();
  const waiting = new Set<{ readonly worker: number | undefined; readonly listener: () => void }>();
  let diverted: OutputCopy | undefined;
  let sequence = 0;
  let copy: OutputCopy | undefined;

  const ringOf = (source: LogSource): Ring => {
    const known = rings.get(source.worker);
    if (known !== undefined) {
      return known;
    }
    const ended = forgotten.delete(source.worker);
    const ring: Ring = { source, pieces: [], first: 0, size: 0, lost: 0, written: 0, ended, losses: [] };
    rings.set(source.worker, ring);
    return ring;
  };
  const gate = createOutputGate((worker, cursor) => {
    const ring = rings.get(worker);
    return ring !== undefined && isFarAhead(ring, cursor);
  });
  const forget = (worker: number | undefined): void => {
    if (worker !== undefined) {
      rings.delete(worker);
      forgotten.add(worker);
      const [first] = forgotten;
      if (first !== undefined && forgotten.size > mostForgotten) {
        forgotten.delete(first);
      }
    }
  };
  const awaited = (ring: Ring): (Reader | "expected")[] =>
    gate.awaited(ring.source.worker, (cursor) => lastSequence(ring) > cursor);
  const isAwaited = (ring: Ring): boolean => awaited(ring).length > 0;

  return {
    get hasPatientReader() {
      return gate.hasReader;
    },
    get awaited() {
      return [...new Set([...rings.values()].flatMap(awaited))];
    },
    divert(to) {
      diverted = to;
    },
    adopt(chunks, alive) {
      rings.clear();
      for (const { sequence: number, worker, slot, generation, stream, time, text } of chunks) {
        const ring = ringOf({ worker, slot, generation });
        const bytes = Buffer.from(text);
        ring.written += bytes.length;
        ring.size += bytes.length;
        ring.pieces.push({ sequence: number, stream, time, bytes, written: ring.written });
        ring.ended = !alive.has(worker);
        trim(ring);
        sequence = Math.max(sequence, number);
      }
    },
    watch: gate.add,
    exited: gate.ended,
    expectReader: gate.expect,
    append(source, stream, bytes) {
      if (bytes.length === 0) {
        return;
      }
      if (diverted !== undefined) {
        diverted.write(source, stream, bytes);
        return;
      }
      sequence += 1;
      const isNew = !rings.has(source.worker);
      const ring = ringOf(source);
      ring.written += bytes.length;
      ring.pieces.push({ sequence, stream, time: now(), bytes, written: ring.written });
      ring.size += bytes.length;
      trim(ring);
      if (isNew && ring.ended) {
        forget(oldestEnded(rings, isAwaited));
      }
      gate.wrote(source.worker);
      copy?.write(source, stream, bytes);
      for (const waiter of waiting) {
        if (waiter.worker === undefined || waiter.worker === source.worker) {
          waiting.delete(waiter);
          waiter.listener();
        }
      }
    },
    finish(source, stream) {
      (diverted ?? copy)?.end(source, stream);
    },
    copyTo(target) {
      copy = target;
    },
    hold: gate.hold,
    read({ cursor, worker, lines, maxBytes, reader }) {
      if (reader !== undefined) {
        gate.asked(reader, cursor ?? sequence, worker);
      }
      const chosen = [...rings.values()].filter((ring) => worker === undefined || ring.source.worker === worker);
      return cursor === undefined
        ? { cursor: sequence, chunks: linesOf(chosen, lines ?? 0, maxBytes), skippedBytes: 0 }
        : readAfter(chosen, cursor, maxBytes, sequence);
    },
    ended(worker) {
      const ring = rings.get(worker);
      if (ring === undefined) {
        forget(worker);
      } else {
        ring.ended = true;
        forget(oldestEnded(rings, isAwaited));
      }
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
    // Thinned out rather than cut off: a reader far behind still learns of most of what it missed.
    ring.losses = ring.losses.filter((_, index) => index % 2 === 0);
  }
  if (ring.first > 64 && ring.first * 2 > ring.pieces.length) {
    ring.pieces = ring.pieces.slice(ring.first);
    ring.first = 0;
  }
}

function isFarAhead(ring: Ring, cursor: number): boolean {
  const index = firstAfter(ring, cursor);
  const next = ring.pieces[index];
  const unread = next === undefined ? 0 : ring.written - next.written + next.bytes.length;
  return unread > logRingBytes * mostAhead || ring.pieces.length - index > mostPieces * mostAhead;
}

/** The worker whose ring is one too many: those of the workers that ended last stay readable, and those with output still to be read. */
function oldestEnded(rings: ReadonlyMap<number, Ring>, isAwaited: (ring: Ring) => boolean): number | undefined {
  const ended = [...rings.entries()].filter(([, ring]) => ring.ended && !isAwaited(ring));
  const [oldest] = ended.sort(([, a], [, b]) => lastSequence(a) - lastSequence(b));
  return ended.length > logRingsKept ? oldest?.[0] : undefined;
}

function lastSequence(ring: Ring): number {
  return ring.pieces.at(-1)?.sequence ?? 0;
}

/** The kept chunks after `cursor` of these rings in order of arrival, up to `maxBytes` (but at least one). */
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
    chunks.push(toChunk(piece, next.ring.source));
  }
}

/** Index of the first kept chunk after `cursor`, by binary search. */
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

/** Bytes lost after `cursor`, exact to one step. */
function lostAfter(ring: Ring, cursor: number): number {
  const oldestKept = ring.pieces[ring.first]?.sequence ?? 0;
  if (ring.lost === 0 || oldestKept <= cursor + 1) {
    return 0;
  }
  const before = ring.losses.findLast((step) => step.sequence <= cursor)?.lost ?? 0;
  const lostSince = ring.losses.at(-1)?.sequence ?? 0;
  return lostSince <= cursor ? 0 : ring.lost - before;
}

/** The last lines, as chunks of which the first may be the end of a piece. */
function linesOf(rings: readonly Ring[], lines: number, maxBytes: number): LogChunk[] {
  return lastLines(written(rings), lines, maxBytes).map(({ piece, text }) => ({ ...piece.chunk, text }));
}

function* written(rings: readonly Ring[]): Generator<WrittenPiece & { readonly chunk: LogChunk }> {
  for (const { piece, source } of backwards(rings)) {
    const chunk = toChunk(piece, source);
    yield { writer: `${source.worker} ${piece.stream}`, text: chunk.text, bytes: piece.bytes.length, chunk };
  }
}

/** All kept chunks of these rings, newest first. */
function* backwards(rings: readonly Ring[]): Generator<{ readonly piece: Piece; readonly source: LogSource }> {
  const heads = rings.map((ring) => ({ ring, index: ring.pieces.length - 1 }));
  for (;;) {
    let next: { ring: Ring; index: number } | undefined;
    let piece: Piece | undefined;
    for (const head of heads) {
      const candidate = head.index < head.ring.first ? undefined : head.ring.pieces[head.index];
      if (candidate !== undefined && (piece === undefined || candidate.sequence > piece.sequence)) {
        next = head;
        piece = candidate;
      }
    }
    if (next === undefined || piece === undefined) {
      return;
    }
    next.index -= 1;
    yield { piece, source: next.ring.source };
  }
}

function toChunk({ sequence, stream, time, bytes }: Piece, source: LogSource): LogChunk {
  return { sequence, ...source, stream, time, text: bytes.toString("utf8") };
}
