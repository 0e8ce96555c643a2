import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import type { Acceptor } from "../../../../src/supervisor/accept/acceptor.ts";
import type { ConnectionHandle, ListeningHandle } from "../../../../src/supervisor/accept/clusterInternals.ts";
import type { AcceptingWorker, OwnClient } from "../../../../src/supervisor/accept/member.ts";

/** What a worker was sent of `node:cluster`. */
interface Sent {
  readonly cmd: string;
  readonly act?: string;
  readonly key?: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly errno?: number;
  readonly hold?: string;
  readonly data?: unknown;
  readonly sockname?: { readonly port: number };
}

/** A worker without a process: takes what it is sent, and answers when the test says so. */
export class FakeWorker extends EventEmitter implements AcceptingWorker {
  readonly id: number;
  readonly sent: Sent[] = [];
  /** Connections that it was sent and has not answered, with their numbers. */
  readonly given: { readonly seq: number; readonly handle: ConnectionHandle }[] = [];
  /** What it was given to listen with, with shared scheduling. */
  readonly listening: ListeningHandle[] = [];
  /** What it was told about accepting by itself. */
  readonly told: boolean[] = [];
  /** Connections of which it was asked whether they are its app's. */
  readonly askedFor: OwnClient[] = [];
  readonly exitedAfterDisconnect = false;
  readonly sharesTickets = true;
  connected = true;
  exitCode: number | null = null;
  readonly signalCode = null;
  #questions = 0;

  constructor(id: number, acceptor: Acceptor) {
    super();
    this.id = id;
    acceptor.follow(
      this,
      (on) => this.told.push(on) > 0,
      (client) => this.askedFor.push(client),
    );
  }

  get worker(): this {
    return this;
  }

  get process(): ChildProcess {
    return this as unknown as ChildProcess;
  }

  send(message: Sent, handle?: ConnectionHandle): boolean {
    this.sent.push(message);
    if (message.act === "newconn" && handle !== undefined) {
      this.given.push({ seq: message.seq ?? 0, handle });
      this.emit("given");
    } else if (handle !== undefined) {
      this.listening.push(handle as ListeningHandle);
    }
    return true;
  }

  /** Asks to listen, and tells the answer; `undefined` if it was left to `node:cluster`. */
  ask(query: { readonly [name: string]: unknown }): Sent | undefined {
    this.#questions += 1;
    const before = this.sent.length;
    const question = { address: "127.0.0.1", port: 0, addressType: 4, index: 0, data: null, ...query };
    this.say({ act: "queryServer", seq: this.#questions, ...question });
    return this.sent.slice(before).find(({ ack }) => ack === this.#questions);
  }

  /** Answers for the connection that it was sent first. */
  answer(accepted: boolean): void {
    const [first] = this.given.splice(0, 1);
    this.say({ ack: first?.seq, accepted });
  }

  say(message: { readonly [name: string]: unknown }): void {
    this.emit("internalMessage", { cmd: "NODE_CLUSTER", ...message });
  }

  /** The process ends, and its channel is read to the end. */
  die(): void {
    this.connected = false;
    this.exitCode = 1;
    this.emit("disconnect");
  }

  /** Resolves when it has been sent so many connections in all that it has not answered. */
  async until(count: number): Promise<void> {
    while (this.given.length < count) {
      await new Promise((resolve) => this.once("given", resolve));
    }
  }
}
