/** Bytes of one write. */
const mostAtOnce = 1_048_576;

/** Some lines, of which the first bytes may be written. */
interface Waiting {
  readonly bytes: Buffer;
  written: number;
}

/** Lines that wait to be written to a file, in order. */
export class WaitingLines {
  #queue: Waiting[] = [];
  #bytes = 0;

  /** How many wait. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Whether the beginning of what comes next is written already. */
  get isBegun(): boolean {
    const [head] = this.#queue;
    return head !== undefined && head.written > 0;
  }

  /** Bytes of the lines that come next, which were given at once. */
  get headBytes(): number {
    return this.#queue[0]?.bytes.length ?? 0;
  }

  /** What is not written, in the pieces in which it came. */
  get rests(): Buffer[] {
    return this.#queue.map(({ bytes, written }) => bytes.subarray(written));
  }

  push(bytes: Buffer): void {
    this.#queue.push({ bytes, written: 0 });
    this.#bytes += bytes.length;
  }

  /** A line of which only the beginning is in another file is written whole to the next. */
  fromLineStart(): void {
    const [head] = this.#queue;
    if (head !== undefined && head.written > 0) {
      const start = head.bytes.lastIndexOf(0x0a, head.written - 1) + 1;
      this.#bytes += head.written - start;
      head.written = start;
    }
  }

  /**
   * What fits into one write, and into the file.
   * @param limit Bytes that fit into the file; the first lines are written however many they are.
   */
  batch(limit: number): { readonly batch: Buffer[]; readonly size: number } {
    const batch: Buffer[] = [];
    let size = 0;
    for (const { bytes, written } of this.#queue) {
      const length = bytes.length - written;
      if (batch.length > 0 && (size + length > mostAtOnce || size + length > limit)) {
        break;
      }
      batch.push(written === 0 ? bytes : bytes.subarray(written));
      size += length;
    }
    return { batch, size };
  }

  /** So many bytes are written. */
  done(bytes: number): void {
    let left = bytes;
    let gone = 0;
    for (const each of this.#queue) {
      const part = Math.min(left, each.bytes.length - each.written);
      each.written += part;
      left -= part;
      if (each.written < each.bytes.length) {
        break;
      }
      gone += 1;
    }
    this.#queue.splice(0, gone);
    this.#bytes -= bytes;
  }
}
