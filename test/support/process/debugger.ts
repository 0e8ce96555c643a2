import { WebSocket } from "ws";
import type { TestApp } from "./testApp.ts";
import { poll, within } from "./until.ts";

/** A person's debugger, attached to a worker whose inspector is open. */
export interface Debugger {
  ask(method: string, params?: object): Promise<unknown>;
  /** Waits for an event of the inspector. */
  hear(method: string): Promise<unknown>;
  close(): void;
}

/**
 * Attaches where the worker says that its inspector is.
 * @param worker Default: whichever says so first.
 */
export async function attachDebugger(app: TestApp, worker?: number): Promise<Debugger> {
  let address: string | undefined;
  await poll("Node.js tells where its inspector is", async () => {
    const { chunks } = await app.client.request("logs/read", { lines: 100 });
    const said = chunks.filter((chunk) => worker === undefined || chunk.worker === worker);
    address = /ws:\/\/\S+/.exec(said.map(({ text }) => text).join(""))?.[0];
    return address !== undefined;
  });
  return debugAt(address ?? "");
}

/** Attaches to the inspector at this address. */
export async function debugAt(address: string): Promise<Debugger> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  interface Message {
    readonly id?: number;
    readonly method?: string;
    readonly result?: unknown;
  }
  const message = (wanted: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      const receive = (data: unknown): void => {
        const heard = JSON.parse(String(data)) as Message;
        if (wanted(heard)) {
          socket.off("message", receive);
          resolve(heard);
        }
      };
      socket.on("message", receive);
    });
  let asked = 0;
  return {
    async ask(method, params = {}) {
      asked += 1;
      const id = asked;
      const answer = message((heard) => heard.id === id);
      socket.send(JSON.stringify({ id, method, params }));
      return (await within(method, answer)).result;
    },
    hear: (method) =>
      within(
        method,
        message((heard) => heard.method === method),
      ),
    close: () => socket.terminate(),
  };
}
