import type { RenewalKind } from "../../shared/snapshot.ts";
import { allFlag, type CommandSpec, helpFlag, jsonFlag, onFlag } from "../arguments/commandSpec.ts";
import { wantedWorker } from "../arguments/workerArgument.ts";
import { exitCodes } from "../cliContext.ts";
import { type Command, say } from "../command.ts";
import { awaitRenewal } from "../run/awaitRenewal.ts";
import { chooseRunning, connectTo, placeOf } from "../run/findApp.ts";
import { findWorker } from "../run/findWorker.ts";
import { onlyFlag, pm2Operand } from "../run/pm2/pm2Operand.ts";
import { forEachApp, oneApp, restsUntilItsTime } from "../run/several/forEachApp.ts";
import { renewPm2File } from "../run/several/renewPm2File.ts";

const flags: CommandSpec["flags"] = [
  { name: "worker", value: "SLOT", help: "Only the worker in this slot (see: hitless status NAME)" },
  allFlag,
  onlyFlag,
  { name: "env", value: "NAME", help: "Of a pm2 file: take its env_NAME" },
  onFlag,
  jsonFlag,
  helpFlag,
];
const operands: CommandSpec["operands"] = [
  { name: "NAME…", what: "the name of an app (see: hitless list)", optional: true, several: true },
];
const outcome =
  "Waits until it is over and prints the report. Exits with 0 when it completed, with 1 when it was rolled back, cancelled\n" +
  "or failed. Ctrl-C cancels it while new workers are starting; a second Ctrl-C leaves without waiting.";

export const reloadCommand = renewCommand("reload", {
  name: "reload",
  summary: "Replace the workers without losing a request",
  operands,
  flags,
  details: ["New workers are started first; the old ones are drained once the new are ready.", outcome],
  examples: [
    "hitless reload api",
    "hitless reload api --worker 1",
    "hitless reload api --json",
    "hitless reload --all",
  ],
});

export const gracefulReloadCommand = renewCommand("gracefulReload", {
  name: "graceful-reload",
  summary: 'Reload, and send each old worker the message "shutdown"',
  operands,
  flags,
  details: ["As reload; each old worker may finish its own way until its deadline.", outcome],
  examples: ["hitless graceful-reload api"],
});

export const restartCommand = renewCommand("restart", {
  name: "restart",
  summary: "Stop the workers, then start new ones (with a gap)",
  operands,
  flags,
  details: ["Clients are refused between the stop and the start; reload has no such gap.", outcome],
  examples: ["hitless restart api", "hitless restart api --worker 1"],
});

function renewCommand(kind: RenewalKind, spec: CommandSpec): Command {
  return {
    spec,
    async run(context, parsed) {
      const wanted = wantedWorker(spec.name, parsed);
      const file = await pm2Operand(context, parsed);
      if (file !== undefined) {
        oneApp(spec.name, parsed, true);
        return renewPm2File(context, await placeOf(context, parsed), { file, kind, parsed });
      }
      const { place, endpoints } = await chooseRunning(context, spec.name, parsed);
      const one = oneApp(spec.name, parsed);
      return forEachApp(context, endpoints, one, async (endpoint) => {
        const client = await connectTo(context, place, endpoint);
        try {
          const resting = restsUntilItsTime(client.snapshot);
          if (!one && resting !== undefined) {
            say(context, resting);
            return exitCodes.done;
          }
          const worker = wanted && findWorker(client.snapshot, wanted, ({ state }) => state !== "draining").id;
          const params = { kind, ...(worker === undefined ? {} : { worker }) };
          return await awaitRenewal(context, client, {
            request: (signal) => client.request("app/renew", params, { signal }),
            json: parsed.has("json"),
          });
        } finally {
          client.dispose();
        }
      });
    },
  };
}
