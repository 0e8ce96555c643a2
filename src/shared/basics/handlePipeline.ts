/* What Node does not document of its IPC channel, for both of its ends: see `docs/architecture.md`. */

/** A process with an IPC channel: this one, or a child. */
interface IpcEnd {
  /** Node's own types do not know `internalMessage`, though its documentation names it. */
  prependListener(event: "message", listener: (message: unknown) => void): unknown;
}

/** `send` of such a process. */
export type IpcSend = (
  message: object,
  handle?: unknown,
  options?: object,
  written?: (error: Error | null) => void,
) => boolean;

/** The same, and called when the receiver has not got the handle, for instance since it may open no more files; nor has it the message then. */
export type PipelineSend = (...sent: [...Parameters<IpcSend>, lost?: () => void]) => boolean;

/** So many handles may be under way at once: they fit into what the kernel holds of a channel. */
const mostUnderWay = 64;

/**
 * What the receiver has not answered for yet may have so many bytes: it reads 64 KiB at once. Were a message cut by the end of one
 * such read, the next read could bring another handle, which Node would take in place of the one it has.
 */
export const mostUnread: number = 48 * 1_024;

/** What the receiver of a handle answers: that it has it, or that it came without. */
const confirmation = "NODE_HANDLE_ACK";
const denial = "NODE_HANDLE_NACK";

/**
 * Sends handles (sockets) over an IPC channel one behind the other. Node waits for the receiver's answer to each before anything
 * else leaves (`_handleQueue` in lib/internal/child_process.js), so each costs both processes a wait. Here that queue is passed by
 * while nothing is in it, so the order of all messages stays. Of the answers Node gets the last one only: the others
 * are renamed, and ignored. What Node closes with the answer is closed with the answer here too.
 *
 * Only where a read of the channel ends behind what came with a handle, as Linux has it (`unix_stream_read_generic` in
 * net/unix/af_unix.c): Node takes one handle from a read.
 */
export class HandlePipeline {
  readonly #end: IpcEnd;
  readonly #send: IpcSend;
  /** Not answered yet, in the order in which they went: what is to be closed with the answer. */
  readonly #underWay: Sent[] = [];
  /** Where Node keeps the handle of the channel, which counts what has been written to it, the app's messages too. */
  readonly #channel: symbol | undefined;
  /** The receiver has read so many bytes for sure. */
  #read = 0;

  constructor(end: IpcEnd, send: IpcSend) {
    this.#end = end;
    this.#send = send;
    this.#channel = Object.getOwnPropertySymbols(end).find(({ description }) => description === "kChannelHandle");
    end.prependListener("internalMessage" as "message", (message: unknown) => this.#heard(message));
  }

  /** Handles that the receiver has not answered for. */
  get unanswered(): number {
    return Math.max(this.#underWay.length, awaitsAnswer(this.#end) ? 1 : 0);
  }

  /** Bytes that the receiver has read for sure, and those that it has read when it answers for each handle that is under way. */
  get readUntil(): readonly (number | undefined)[] {
    const underWay = this.#underWay.map(({ readUntil }) => readUntil);
    return [this.#read, ...(underWay.length === 0 && awaitsAnswer(this.#end) ? [undefined] : underWay)];
  }

  /** Whether a handle would have to wait, and all that is sent after it. */
  get isCrowded(): boolean {
    return !this.#mayPass(true);
  }

  /** Like `send` of a process. */
  readonly send: PipelineSend = (message, handle, options, written, lost) => {
    const isOpen = this.#open(handle !== undefined);
    const result = this.#send(message, handle, options, written);
    if (isOpen) {
      const hasLeft = Array.isArray(Reflect.get(this.#end, "_handleQueue"));
      if (hasLeft) {
        this.#underWay.push({ handle: this.#takePending(), readUntil: this.written, lost });
      } else if (this.#underWay.length > 0) {
        // Node expects it with the answers that are still to come.
        Reflect.set(this.#end, "_handleQueue", []);
      }
    }
    return result;
  };

  /** The channel is closed: no more answers come. */
  closeAll(): void {
    for (const { handle } of this.#underWay.splice(0)) {
      handle?.close();
    }
  }

  /** Makes the next message leave at once, if nothing waits before it. Returns whether it will. */
  #open(hasHandle: boolean): boolean {
    if (!this.#mayPass(hasHandle)) {
      return false;
    }
    if (Reflect.get(this.#end, "_handleQueue") !== null) {
      if (this.#underWay.length === 0) {
        // Somebody else's, which Node has nothing to close for.
        this.#underWay.push({ handle: undefined, readUntil: undefined, lost: undefined });
      }
      Reflect.set(this.#end, "_handleQueue", null);
    }
    return true;
  }

  /** Whether a message need not wait for the answers that are still to come. */
  #mayPass(hasHandle: boolean): boolean {
    const queue: unknown = Reflect.get(this.#end, "_handleQueue");
    if (queue === null) {
      return true;
    }
    const isFirst = Array.isArray(queue) && queue.length === 0 && !awaitsAnswer(this.#end);
    return isFirst && (!hasHandle || (this.#underWay.length < mostUnderWay && this.#isReadWhole));
  }

  /** Whether all that may be unread, and one more message, comes with one read. */
  get #isReadWhole(): boolean {
    const { written } = this;
    return written !== undefined && written - this.#read < mostUnread;
  }

  /** Bytes that were written to the channel so far. */
  get written(): number | undefined {
    const handle: unknown = this.#channel && Reflect.get(this.#end, this.#channel);
    const written: unknown =
      typeof handle === "object" && handle !== null ? Reflect.get(handle, "bytesWritten") : undefined;
    return typeof written === "number" ? written : undefined;
  }

  /** What Node would close with the answer. It has room for one. */
  #takePending(): Closable | undefined {
    const pending: unknown = Reflect.get(this.#end, "_pendingMessage");
    const handle: unknown =
      typeof pending === "object" && pending !== null ? Reflect.get(pending, "handle") : undefined;
    if (!isClosable(handle)) {
      return undefined;
    }
    Reflect.set(this.#end, "_pendingMessage", null);
    return handle;
  }

  #heard(message: unknown): void {
    if (typeof message !== "object" || message === null || !("cmd" in message)) {
      return;
    }
    const isDenied = message.cmd === denial;
    if (!isDenied && message.cmd !== confirmation) {
      return;
    }
    const answered = this.#underWay.shift();
    answered?.handle?.close();
    this.#read = answered?.readUntil ?? this.#read;
    // One that Node has sent again, since it was denied, is confirmed twice, and Node fails when it expects none.
    if (this.#underWay.length > 0 || !Array.isArray(Reflect.get(this.#end, "_handleQueue"))) {
      message.cmd = "NODE_HITLESS_CONFIRMED";
    }
    if (isDenied) {
      answered?.lost?.();
    }
  }
}

/** Whether Node waits for the receiver's answer to a handle. */
export function awaitsAnswer(end: object): boolean {
  return Boolean(Reflect.get(end, "_pendingMessage"));
}

/** A handle that was sent. */
interface Sent {
  /** To be closed with the answer. */
  readonly handle: Closable | undefined;
  /** Bytes that the receiver has read when it answers. */
  readonly readUntil: number | undefined;
  readonly lost: (() => void) | undefined;
}

interface Closable {
  close(): void;
}

function isClosable(handle: unknown): handle is Closable {
  return typeof handle === "object" && handle !== null && "close" in handle && typeof handle.close === "function";
}
