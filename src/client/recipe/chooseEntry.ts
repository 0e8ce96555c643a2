import { join } from "node:path";
import { HitlessError } from "../../shared/errors.ts";
import { readPackageJson } from "../project/packageJson.ts";
import { runScriptCommand } from "../project/packageManager.ts";
import { isFolder } from "../project/resolveScript.ts";
import { workspacePackages } from "../project/workspacePackages.ts";
import { noteText, reasonText, type ScriptReason } from "../script/scriptNote.ts";
import { type EntryCandidate, type FoundEntries, findEntries, type ScriptProblem } from "./entries.ts";

/** The entry that is started when a person names none. */
export interface ChosenEntry {
  readonly candidate: EntryCandidate;
  /** Scripts that come before it and can't be used. */
  readonly passedOver: readonly ScriptProblem[];
}

/** What the person can mend; something else than the script says is not started in its place. */
const mendable: ReadonlySet<ScriptReason["kind"]> = new Set([
  "notBuilt",
  "notInstalled",
  "callsItself",
  "envFileMissing",
]);

/** So many packages of a monorepo are named. */
const mostNamed = 10;

/** With these the app is kept from doing harm, so it is never started without. */
const protection =
  /--(?:experimental-)?permission(?![\w-])|--disable-proto|--frozen-intrinsics|--disallow-code-generation/;

/**
 * The best entry of a folder, with what its start script says of it.
 * @throws HitlessError `badConfig` when there is no such folder; `entryNotFound`, which tells what was looked for and why it is not that.
 */
export async function chooseEntry(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ChosenEntry> {
  await requireFolder(folder);
  const found = await findEntries(folder, environment);
  const [best] = found.entries;
  const refused = best?.why.startsWith("scripts.") === true ? undefined : decisiveProblem(found);
  if (best === undefined || refused !== undefined) {
    throw new HitlessError("entryNotFound", await explain(folder, found, refused), { remedy: "openSettings" });
  }
  const after = found.problems.filter(({ script }) => `scripts.${script}` !== best.why && isStart(script));
  return { candidate: best, passedOver: after };
}

/** @throws HitlessError `badConfig` when there is no such folder. */
export async function requireFolder(folder: string): Promise<void> {
  if (!(await isFolder(folder))) {
    throw new HitlessError("badConfig", `cwd: the folder ${folder} does not exist.`, { remedy: "openSettings" });
  }
}

function isStart(script: string): boolean {
  return script.startsWith("start") || script.includes("prod");
}

function decisiveProblem({ problems }: FoundEntries): ScriptProblem | undefined {
  return problems.find(
    ({ script, text, reason }) => isStart(script) && (mendable.has(reason.kind) || protection.test(text)),
  );
}

/** What was found, and what is left out of it, as one line without its full stop. */
export function describeChoice({ candidate, passedOver }: ChosenEntry): string {
  const { entry, why, cwd, notes } = candidate;
  const script = /^scripts\.(.*)$/s.exec(why)?.[1];
  const from = script === undefined ? foundBy[why] : `the script "${script}" of package.json`;
  return [
    `runs ${entry}, found by ${from ?? why}${cwd === undefined ? "" : `, in ${cwd}`}`,
    ...notes.map(noteText),
    ...passedOver.map(problemText),
  ].join("; ");
}

const foundBy: Readonly<Record<string, string>> = {
  main: "main of package.json",
  built: "the place where builds put it",
  "file name": "its name",
};

/** A problem of a script as a sentence without its full stop. */
export function problemText({ script, text, reason }: ScriptProblem): string {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return `the script "${script}" (${shown}) can't be used: ${reasonText(reason)}`;
}

async function explain(
  folder: string,
  { problems }: FoundEntries,
  refused: ScriptProblem | undefined,
): Promise<string> {
  const { problem, scripts } = await readPackageJson(folder);
  if (refused?.reason.kind === "notBuilt" && scripts?.build !== undefined) {
    const command = await runScriptCommand(folder, "build");
    return `No app can be started in ${folder}: ${problemText(refused)}. Run "${command}", or name the file to run.`;
  }
  if (refused !== undefined) {
    return `No app can be started in ${folder}: ${problemText(refused)}. Mend that, or name the file to run.`;
  }
  const [first] = problems;
  const manifest =
    problem === undefined ? "no package.json with a start script or main" : `its package.json ${problem}`;
  const told = first === undefined ? manifest : problemText(first);
  const packages = await startablePackages(folder);
  return packages.length === 0
    ? `No app was found in ${folder}: there is no server.js, app.js or index.js, and ${told}. Name the file to run.`
    : `No app was found in ${folder} itself, but in packages of it. Name the folder of one: ${packages.join(", ")}.`;
}

/** The folders of a monorepo in which something can be started, relative to it. */
async function startablePackages(root: string): Promise<string[]> {
  const startable: string[] = [];
  for (const folder of await workspacePackages(root)) {
    const { entries } = await findEntries(join(root, folder), {});
    if (entries.some(({ why }) => why.startsWith("scripts."))) {
      startable.push(folder);
    }
    if (startable.length === mostNamed) {
      break;
    }
  }
  return startable;
}
