/** What of a script is not done when its app is started, or is done in another way. */
export type NoteKind =
  /** A command before or after the app's. */
  | "notRun"
  /** A command that would run at the same time. */
  | "notBeside"
  /** A program that the output would go through. */
  | "notPiped"
  /** A file that the output would go to, or the input come from. */
  | "notRedirected"
  /** A program or an option that watches files. */
  | "notWatching"
  /** An option of a program that runs another. */
  | "optionUnused"
  /** A program that puts variables into the environment. */
  | "variablesMissing"
  /** A variable of the shell without a value. */
  | "variableUnset"
  /** A file that is run in place of a command that does little more. */
  | "runDirectly"
  /** A file of variables that is not there. */
  | "envFileMissing"
  /** A script that npm would run before this one. */
  | "hookNotRun";

/** Why nothing can be started from a script. */
export type ReasonKind =
  | "fileMissing"
  | "notBuilt"
  | "notInstalled"
  | "notJavaScript"
  | "otherRuntime"
  | "noFile"
  | "needsShell"
  | "developmentServer"
  | "processManager"
  | "pm2File"
  | "scriptMissing"
  | "callsItself"
  | "workspaceMissing"
  | "noServer"
  | "unreadable"
  | "envFileMissing";

/** Something to tell the person: `what` is a piece of the script, a file or a name. */
export interface ScriptNote {
  readonly kind: NoteKind;
  readonly what: string;
}

export interface ScriptReason {
  readonly kind: ReasonKind;
  readonly what: string;
}

/** What is said of each, with the piece in the place of `{0}`. */
export const noteWords: Readonly<Record<NoteKind, string>> = {
  notRun: "{0} is not run",
  notBeside: "{0} is not started beside it",
  notPiped: "the output does not go through {0}",
  notRedirected: "input and output are not redirected ({0})",
  notWatching: "nothing is watched ({0})",
  optionUnused: "{0} is not used",
  variablesMissing: "the variables that {0} provides are missing",
  variableUnset: "the variable {0} is not set",
  runDirectly: "{0} is run directly",
  envFileMissing: "the file of variables {0} does not exist",
  hookNotRun: "{0} is not run before a start; preReload can run it before each reload",
};

export const reasonWords: Readonly<Record<ReasonKind, string>> = {
  fileMissing: "{0} does not exist",
  notBuilt: "{0} does not exist yet: build the app first",
  notInstalled: "{0} is not among the installed packages: install them first",
  notJavaScript: "{0} is not a JavaScript program",
  otherRuntime: "{0} is not Node.js",
  noFile: "{0} names no file to run",
  needsShell: "{0} needs a shell",
  developmentServer: "{0} is a development server that reloads by itself",
  processManager: "{0} manages processes of its own",
  pm2File: "its pm2 file is started by: hitless start {0}",
  scriptMissing: "there is no script {0}",
  callsItself: "the script {0} calls itself",
  workspaceMissing: "there is no workspace {0}",
  noServer: "{0} runs no server",
  unreadable: "{0} can't be read as a command line",
  envFileMissing: "the file of variables {0} does not exist",
};

/** The note in English, without a full stop. */
export function noteText({ kind, what }: ScriptNote): string {
  return noteWords[kind].replace("{0}", () => what);
}

/** The reason in English, without a full stop. */
export function reasonText({ kind, what }: ScriptReason): string {
  return reasonWords[kind].replace("{0}", () => what);
}
