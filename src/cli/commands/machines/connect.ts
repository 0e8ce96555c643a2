import { serveMachine } from "../../../client/remote/serveMachine.ts";
import { helpFlag } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import { exitCodes } from "../../cliContext.ts";
import type { Command } from "../../command.ts";
import { onStopSignal } from "../../run/interrupts.ts";

export const connectCommand: Command = {
  spec: {
    name: "connect",
    summary: "Serve the apps of this machine to a Hitless elsewhere (it is started by ssh)",
    operands: [],
    flags: [
      { name: "stdio", help: "Talk over stdin and stdout; required" },
      { name: "no-run", help: "Run no programs for it: no deploy commands, no balancer commands" },
      helpFlag,
    ],
    details: [
      "This is what --on, hitless machines and hitless fleet run on the other machine. It listens nowhere, needs no rights but\n" +
        "the user's, and ends with the connection. For a key that may do nothing else, write in authorized_keys:\n" +
        '  restrict,command="hitless connect --stdio" ssh-ed25519 AAAA…',
    ],
    examples: ["ssh deploy@web1 hitless connect --stdio"],
  },
  async run(context, parsed) {
    if (!parsed.has("stdio")) {
      throw usageError("connect", "--stdio is missing; this command is for ssh, see: hitless machines --help");
    }
    if (context.stdout.isTerminal) {
      throw usageError("connect", "stdout is a terminal, and what comes here is for programs; run it through ssh -T");
    }
    const told = new AbortController();
    const signals = onStopSignal(() => told.abort());
    await serveMachine({
      input: process.stdin,
      output: process.stdout,
      version: context.identity.version,
      allowRun: !parsed.has("no-run"),
      signal: told.signal,
    });
    signals.dispose();
    return exitCodes.done;
  },
};
