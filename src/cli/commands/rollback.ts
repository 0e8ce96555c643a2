import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { RenewalReport } from "../../shared/report.ts";
import { helpFlag, jsonFlag, onFlag } from "../arguments/commandSpec.ts";
import type { Command } from "../command.ts";
import { awaitRenewal } from "../run/awaitRenewal.ts";
import { connectToApp } from "../run/findApp.ts";

export const rollbackCommand: Command = {
  spec: {
    name: "rollback",
    summary: "Reload with the recipe of the previous generation",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [onFlag, jsonFlag, helpFlag],
    details: [
      "This restores arguments, variables and time-outs, but no files. It is refused unless the files are the same:\n" +
        "the same git commit as then, and nothing changed on top of it, then and now.",
      "Waits until it is over and prints the report. Exits with 0 when it completed, else with 1. Ctrl-C cancels it while new\n" +
        "workers are starting; a second Ctrl-C leaves without waiting.",
    ],
    examples: ["hitless rollback api", "hitless rollback api --json"],
  },
  async run(context, parsed) {
    const client = await connectToApp(context, parsed);
    try {
      return await awaitRenewal(context, client, {
        request: (cancelled) => rollBack(client, cancelled),
        json: parsed.has("json"),
      });
    } finally {
      client.dispose();
    }
  },
};

/** The supervisor ignores the cancelling of `app/rollback` itself; the renewal that it started can be cancelled. */
async function rollBack(client: SupervisorClient, cancelled: AbortSignal): Promise<RenewalReport> {
  const cancel = () => void client.request("app/cancelRenewal", {}).catch(() => undefined);
  cancelled.addEventListener("abort", cancel, { once: true });
  try {
    return await client.request("app/rollback", {});
  } finally {
    cancelled.removeEventListener("abort", cancel);
  }
}
