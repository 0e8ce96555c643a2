import { requestUpgrade } from "../../../client/connection/requestUpgrade.ts";
import { resolveNamedNode } from "../../../client/node/nodeProgram.ts";
import { wantedNode } from "../../../client/node/wantedNode.ts";
import { helpFlag, jsonFlag, onFlag } from "../../arguments/commandSpec.ts";
import type { Command } from "../../command.ts";
import { awaitRenewal } from "../../run/awaitRenewal.ts";
import { configuredApps } from "../../run/configuredApps.ts";
import { connectToApp } from "../../run/findApp.ts";
import { runThere } from "../../run/machines/startThere.ts";
import { during } from "../../terminal/progressLine.ts";

export const upgradeCommand: Command = {
  spec: {
    name: "upgrade",
    summary: "Renew the supervisor too: another Node.js, this Hitless, changed scheduling",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [
      {
        name: "node",
        value: "PATH|VERSION",
        help: "The Node.js to go to: a program, or a version that is installed; default: what the app's settings, .nvmrc or .node-version name, else the one that runs",
      },
      onFlag,
      jsonFlag,
      helpFlag,
    ],
    details: [
      "A new supervisor is started beside the old one, and its workers are proven. Then it is given the sockets and the\n" +
        "connections, and the old one ends. If anything goes wrong before that, the old one serves on, untouched.",
      "Waits until it is over and prints the report. Exits with 0 when it completed, else with 1. Ctrl-C cancels it while new\n" +
        "workers are starting; a second Ctrl-C leaves without waiting. Linux and macOS.",
    ],
    examples: ["hitless upgrade api", "hitless upgrade api --node 24", "hitless upgrade api --node /opt/node/bin/node"],
  },
  async run(context, parsed) {
    if (parsed.has("on")) {
      // The Node.js and the Hitless are those of that machine.
      return runThere(context, upgradeCommand.spec, parsed);
    }
    const client = await connectToApp(context, parsed);
    try {
      const { root, name } = client.snapshot.app;
      const named = parsed.value("node") ?? (await settingOf(root, name));
      const finding =
        named === undefined
          ? wantedNode(root)
          : resolveNamedNode(named, named === parsed.value("node") ? context.cwd : root);
      const node = await during(context.stderr, "Node.js to tell its version", finding);
      return await awaitRenewal(context, client, {
        request: (signal) =>
          requestUpgrade(
            client,
            { node, supervisorFile: context.supervisorFile, version: context.identity.version },
            signal,
          ),
        json: parsed.has("json"),
      });
    } finally {
      client.dispose();
    }
  },
};

/** The Node.js that the settings of the app's folder name. */
async function settingOf(root: string, name: string): Promise<string | undefined> {
  const apps = await configuredApps(root).catch(() => []);
  try {
    return apps.find((app) => app.name === name)?.read().node;
  } catch {
    // The upgrade itself says what is wrong with them.
    return undefined;
  }
}
