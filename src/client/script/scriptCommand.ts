import type { ScriptNote, ScriptReason } from "./scriptNote.ts";

/** A file of variables that a command reads before it runs the app. */
export interface ScriptEnvFile {
  /** Absolute. */
  readonly file: string;
  /** Whether its variables win over those of the environment. */
  readonly wins: boolean;
  /** Whether the command goes on without it when it is not there. */
  readonly optional: boolean;
}

/** What a command is run with. */
export interface CommandSetting {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly envFiles: readonly ScriptEnvFile[];
  readonly notes: readonly ScriptNote[];
}

/** A command of a script, perhaps of what another one runs. */
export interface ScriptCommand extends CommandSetting {
  readonly words: readonly string[];
}

/** A program of Node.js: what is left of a command that is understood. */
export interface NodeRun extends CommandSetting {
  /** As written; relative to `cwd`. */
  readonly file: string;
  readonly nodeArgs: readonly string[];
  readonly args: readonly string[];
  /** Whether the file may be TypeScript and named without its extension. */
  readonly typescript: boolean;
}

/** What a command turns out to be. */
export type Meaning =
  /** It runs another command. */
  | { readonly kind: "command"; readonly command: ScriptCommand }
  /** It runs a text as a script. */
  | { readonly kind: "text"; readonly text: string; readonly setting: CommandSetting }
  /** It runs scripts of a package.json: one, or several at once. */
  | {
      readonly kind: "scripts";
      /** Names, or patterns of names. */
      readonly names: readonly string[];
      readonly args: readonly string[];
      readonly setting: CommandSetting;
      /** What becomes of the others where there are several, default: they would run at the same time. */
      readonly others?: "notRun" | "notBeside";
    }
  /** It runs several texts at once, of which each may be the app. */
  | { readonly kind: "together"; readonly texts: readonly string[]; readonly setting: CommandSetting }
  | { readonly kind: "run"; readonly run: NodeRun }
  /** It is a program of a package. */
  | { readonly kind: "bin"; readonly name: string; readonly command: ScriptCommand }
  | { readonly kind: "none"; readonly reason: ScriptReason; readonly notes: readonly ScriptNote[] };

/** The same command with more notes. */
export function noted<Setting extends CommandSetting>(
  setting: Setting,
  kind: ScriptNote["kind"],
  what: string,
): Setting {
  return { ...setting, notes: [...setting.notes, { kind, what }] };
}

/** Nothing can be started, and why. */
export function nothing({ notes }: CommandSetting, kind: ScriptReason["kind"], what: string): Meaning {
  return { kind: "none", reason: { kind, what }, notes };
}
