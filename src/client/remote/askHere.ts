import { request as askPlain } from "node:http";
import { request as askSecure } from "node:https";
import type { MachineParams, MachineResult } from "../../shared/machines/machineProtocol.ts";

/** Asks an address once and tells its status; never rejects. */
export function askHere({ url, deadlineMs }: MachineParams<"ask">): Promise<MachineResult<"ask">> {
  const startedAt = performance.now();
  const ms = () => Math.round(performance.now() - startedAt);
  return new Promise((resolve) => {
    try {
      const ask = new URL(url).protocol === "https:" ? askSecure : askPlain;
      const request = ask(url, { agent: false, headers: { "user-agent": "hitless" } }, ({ statusCode: status }) => {
        clearTimeout(timer);
        request.destroy();
        resolve(status === undefined ? { ms: ms(), problem: "no status" } : { status, ms: ms() });
      });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
      request.on("error", (error) => {
        clearTimeout(timer);
        resolve({ ms: ms(), problem: error.message });
      });
      request.end();
    } catch (error) {
      resolve({ ms: ms(), problem: error instanceof Error ? error.message : String(error) });
    }
  });
}
