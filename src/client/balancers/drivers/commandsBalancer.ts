import type { CommandsSettings } from "../../../shared/settings/balancerSettings.ts";
import type { RunCommand } from "../../machines/runCommand.ts";
import type { Balancer } from "../balancer.ts";
import { balancerCommands } from "./balancerCommands.ts";
import { orPutBack } from "./putBack.ts";

const usualDrainMs = 60_000;

/** Takes machines out and puts them back by commands of the user. */
export function commandsBalancer(settings: CommandsSettings, run: RunCommand): Balancer {
  const { drainTimeout: deadlineMs = usualDrainMs, prefix } = settings;
  const commands = balancerCommands(run, prefix);
  const wordsFor = (argv: readonly string[], machine: string): string[] =>
    argv.map((word) => word.replaceAll("{machine}", () => machine));
  const undrain = async (machine: string, signal?: AbortSignal): Promise<void> => {
    await commands.must(wordsFor(settings.undrain, machine), { deadlineMs, signal });
  };
  return {
    async check(machines, { signal } = {}) {
      const { check } = settings;
      for (const machine of check === undefined ? [] : machines) {
        await commands.must(wordsFor(check ?? [], machine), { deadlineMs, signal });
      }
    },
    async drain(machine, { signal } = {}) {
      const act = async (): Promise<void> => {
        await commands.must(wordsFor(settings.drain, machine), { deadlineMs, signal });
      };
      await orPutBack(act, () => undrain(machine), `${machine} could not be put back: do so by hand.`);
    },
    undrain: (machine, { signal } = {}) => undrain(machine, signal),
    isOut: async () => undefined,
    addressOf: async () => undefined,
    byHand: (machine) => [...(prefix ?? []), ...wordsFor(settings.undrain, machine)].join(" "),
  };
}
