import { setTimeout as delay } from "node:timers/promises";
import { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { listAllEndpoints } from "../../client/launch/endpoints.ts";
import { runtimeFolders } from "../../client/launch/runtimeFolders.ts";
import { readProjectSettings } from "../../client/settings/projectSettings.ts";
import type { CommandSpec } from "../arguments/commandSpec.ts";
import type { CliContext } from "../cliContext.ts";
import { configuredApps } from "../run/configuredApps.ts";
import { chooseEndpoint } from "../run/findApp.ts";
import { type Answer, type Completion, completionsOf, type Source } from "./completions.ts";
import { shellWord, typedWords } from "./typedWords.ts";

/** Milliseconds for what has to be asked; what is not known by then is left out. */
const deadlineMs = 500;

/** Says that the shell shall offer files or folders too. */
const marks: Partial<Record<Source, string>> = { files: ":files", folders: ":folders" };

/**
 * Answers the scripts of `hitless completion`: a line for each word that may stand at the cursor, with a tab and what it
 * is, and `:files` or `:folders`. Says nothing about what goes wrong, since a person is typing.
 *
 * @param words `bash POINT LINE TAIL`, in bash's own terms: the cursor in bytes, and the part of the word that it will
 *   replace; or the shell, `--`, and the words after the program, the last one as far as it is typed.
 */
export async function complete(
  context: CliContext,
  commands: readonly CommandSpec[],
  words: readonly string[],
): Promise<void> {
  try {
    const lines =
      words[0] === "bash" ? await linesForBash(context, commands, words) : await linesFor(context, commands, words);
    await context.stdout.write(lines.map((line) => `${line}\n`).join(""));
  } catch {
    // What is typed is no command line yet, or a file of the project can't be read.
  }
}

async function linesForBash(
  context: CliContext,
  commands: readonly CommandSpec[],
  [, point = "", line = "", tail = ""]: readonly string[],
): Promise<string[]> {
  const typed = Buffer.from(line).subarray(0, Number(point)).toString();
  const { before, current, raw, quote } = typedWords(typed);
  const { found, files } = await everything(context, completionsOf(commands, before, current), current);
  // bash breaks words at characters such as @ and =, and replaces only what comes after them.
  const kept = raw.endsWith(tail) ? raw.slice(0, raw.length - tail.length) : "";
  const values = found.map(({ value }) => shellWord(value, quote));
  return [...values.map((value) => (value.startsWith(kept) ? value.slice(kept.length) : value)), ...files];
}

async function linesFor(
  context: CliContext,
  commands: readonly CommandSpec[],
  words: readonly string[],
): Promise<string[]> {
  const typed = words.slice(words.indexOf("--") + 1);
  const current = typed.at(-1) ?? "";
  const answer = completionsOf(commands, typed.slice(0, -1), current);
  const { found, files } = await everything(context, answer, current);
  return [...found.map(({ value, about }) => (about === "" ? value : `${value}\t${about}`)), ...files];
}

async function everything(
  context: CliContext,
  answer: Answer,
  current: string,
): Promise<{ readonly found: readonly Completion[]; readonly files: readonly string[] }> {
  const asked = await Promise.all(
    answer.sources.map((source) =>
      Promise.race([ask(context, source, answer).catch(() => []), delay(deadlineMs, [] as Completion[])]),
    ),
  );
  const more = asked
    .flat()
    .map(({ value, about }) => ({ value: answer.prefix + value, about }))
    .filter(({ value }) => value.startsWith(current));
  const all = new Map([...answer.found, ...more].filter(isPrintable).map((each) => [each.value, each]));
  return { found: [...all.values()], files: answer.sources.flatMap((source) => marks[source] ?? []) };
}

async function ask(context: CliContext, source: Source, { app }: Answer): Promise<Completion[]> {
  switch (source) {
    case "runningApps":
      return (await listAllEndpoints(runtimeFolders())).map(({ name, root }) => ({ value: name, about: root }));
    case "configuredApps": {
      const [configured, running] = await Promise.all([
        configuredApps(context.cwd),
        listAllEndpoints(runtimeFolders()).catch(() => []),
      ]);
      return configured.map(({ name }) => ({
        value: name,
        about: running.some((endpoint) => endpoint.name === name) ? "runs" : "does not run",
      }));
    }
    case "workers":
      return app === undefined ? [] : workersOf(context, app);
    case "machines":
      return (await readProjectSettings(context.cwd)).machines.map(({ name, ssh }) => ({ value: name, about: ssh }));
    case "fleets":
      return (await readProjectSettings(context.cwd)).fleets.map(({ name, machines }) => ({
        value: name,
        about: machines.join(", "),
      }));
    default:
      return [];
  }
}

/** The slots of an app, and both workers of a slot in which a renewal goes on. */
async function workersOf({ identity }: CliContext, app: string): Promise<Completion[]> {
  const endpoint = chooseEndpoint(await listAllEndpoints(runtimeFolders()), app);
  const client = await SupervisorClient.connect(endpoint, identity, { deadlineMs });
  const { workers } = client.snapshot;
  client.dispose();
  return workers.map(({ slot, generation, state }) => {
    const isOne = workers.filter((other) => other.slot === slot).length === 1;
    return { value: isOne ? `${slot}` : `${slot}.${generation}`, about: `generation ${generation}, ${state}` };
  });
}

/** The lines are for a program, which would take other characters for more than one word. */
function isPrintable({ value, about }: Completion): boolean {
  return !/\p{Cc}/u.test(value + about);
}
