import { runTool } from "../../../client/agents/runTool.ts";
import { toolTable } from "../../../shared/agents/toolTable.ts";
import { terminalHost } from "../../agents/terminalHost.ts";
import { helpFlag } from "../../arguments/commandSpec.ts";
import { exitCodeOfSignal, exitCodes, type StopSignal } from "../../cliContext.ts";
import type { Command } from "../../command.ts";
import { onStopSignal } from "../../run/interrupts.ts";

export const mcpCommand: Command = {
  spec: {
    name: "mcp",
    summary: "Offer tools to agents, by the Model Context Protocol",
    operands: [],
    flags: [helpFlag],
    details: [
      "Speaks JSON on stdin and stdout, for a program that is told to run it: docs/agents.md. It sees all your apps, starts\n" +
        "only those of this folder, and ends with its stdin; what it has started then ends too, unless it was asked to stay.",
    ],
    examples: ["hitless mcp"],
  },
  async run(context) {
    const ending = new AbortController();
    let signal: StopSignal | undefined;
    const signals = onStopSignal((received) => {
      signal = received;
      ending.abort();
    });
    const { ruleTexts, serveMcp } = await import("../../agents/serveMcp.ts");
    const host = terminalHost(context, ruleTexts);
    try {
      await serveMcp({
        version: context.identity.version,
        tools: toolTable,
        run: (name, input, cancelled) => runTool(host, name, input, cancelled),
        ending: ending.signal,
      });
      return signal === undefined ? exitCodes.done : exitCodeOfSignal(signal);
    } finally {
      host.dispose();
      signals.dispose();
    }
  },
};
