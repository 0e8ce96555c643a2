import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import process from "node:process";
import { holdSharedAccepts } from "../../../../src/worker/connections/sharedAccept.ts";
import type { Guard } from "../../../../src/worker/guard.ts";

const guard = ((_name: string, run: unknown) => run) as Guard;
const event = "internalMessage" as "message";

class Handle {
  readonly told: string[];
  onconnection = (_error: number, _connection: object): void => assert.fail("not ready");
  constructor(told: string[]) {
    this.told = told;
  }
  listen(): number {
    return 0;
  }
  close(): void {
    this.told.push("closed");
  }
}

describe("a worker that accepts by itself and is not ready", () => {
  it("gives back what it has accepted before the supervisor hears that its server is closed", () => {
    const before = process.listeners(event);
    const told: string[] = [];
    const handle = new Handle(told);
    holdSharedAccepts(
      guard,
      () => false,
      (key) => void told.push(`unserved ${key}`),
      () => undefined,
    );
    const message = { cmd: "NODE_CLUSTER", hold: "connections", key: "a" };
    EventEmitter.prototype.emit.call(process, event, message, handle);
    for (const listener of process.listeners(event).filter((each) => !before.includes(each))) {
      process.off(event, listener);
    }
    // As `shared` in lib/internal/cluster/child.js does, before `node:net` listens.
    const { close } = handle;
    handle.close = () => {
      told.push("close a");
      close.call(handle);
    };
    handle.listen();
    handle.onconnection(0, {});
    handle.close();
    assert.deepEqual(told, ["unserved a", "close a", "closed"]);
  });
});
