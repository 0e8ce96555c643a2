import { helpFlag } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { exitCodes } from "../cliContext.ts";
import type { Command } from "../command.ts";
import { completionScripts, shells } from "../completion/completionScripts.ts";

export const completionCommand: Command = {
  spec: {
    name: "completion",
    summary: "Print what lets a shell complete commands, flags and names at Tab",
    operands: [{ name: shells.join("|"), what: "a shell" }],
    flags: [helpFlag],
    details: [
      "Completed are commands, flags, what a flag may be, the apps that run, those of hitless.json, their workers, machines and\n" +
        "fleets. What can't be found out within 500 ms is left out.",
    ],
    examples: [
      "source <(hitless completion bash)      # in ~/.bashrc",
      "source <(hitless completion zsh)       # in ~/.zshrc, after compinit",
      "hitless completion fish > ~/.config/fish/completions/hitless.fish",
    ],
  },
  async run(context, { operands: [written] }) {
    const shell = shells.find((known) => known === written);
    if (shell === undefined) {
      throw usageError("completion", `the shell must be ${shells.join(", ")}, not "${written}"`);
    }
    await context.stdout.write(completionScripts[shell]);
    return exitCodes.done;
  },
};
