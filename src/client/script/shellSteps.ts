import { type Assignment, type CommandNode, type Pipeline, parse, type Redirection, type Statement } from "unbash";
import { splitAssignments } from "./commandWords.ts";
import { type Expanded, WordExpander } from "./wordExpander.ts";

/** Characters of a script that is still read: what is longer was not written by a person, and may take the parser long. */
const longestScript = 10_000;

/** One command of a script. */
export interface ShellStep {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** As it is written. */
  readonly text: string;
  /** Whether it is for the case that the one before it fails. */
  readonly otherwise: boolean;
  /** Whether the shell does not wait for it. */
  readonly background: boolean;
  /** The programs that its output goes through. */
  readonly pipes: readonly string[];
  readonly redirects: readonly string[];
  /** Whether only a shell could tell what it runs. */
  readonly needsShell: boolean;
}

export interface ShellScript {
  readonly steps: readonly ShellStep[];
  /** Variables that have no value. */
  readonly unset: readonly string[];
  /** Whether it is no valid command line. */
  readonly broken: boolean;
}

export type Variables = Readonly<Record<string, string | undefined>>;

type Surroundings = Pick<ShellStep, "otherwise" | "background" | "pipes" | "redirects">;

/**
 * Takes a script apart as `sh` would, without running anything: variables get their values from `environment`, a
 * pattern of file names stays as it is, and what needs a shell is marked.
 */
export function readShellSteps(script: string, environment: Variables): ShellScript {
  if (script.length > longestScript) {
    return { steps: [], unset: [], broken: true };
  }
  // Paths of Windows, where npm runs scripts with cmd: in `sh` no name needs its first letter escaped.
  const reader = new StepReader(script.replace(/\\(?=[\w.@])/g, "/"), environment);
  return reader.read();
}

class StepReader {
  readonly #steps: ShellStep[] = [];
  readonly #source: string;
  readonly #expander: WordExpander;

  constructor(source: string, environment: Variables) {
    this.#source = source;
    this.#expander = new WordExpander(environment);
  }

  read(): ShellScript {
    const { commands, errors } = parse(this.#source);
    this.#readStatements(commands, { otherwise: false, background: false, pipes: [], redirects: [] });
    return { steps: this.#steps, unset: [...this.#expander.unset], broken: (errors?.length ?? 0) > 0 };
  }

  #readStatements(statements: readonly Statement[], around: Surroundings): void {
    for (const { command, background } of statements) {
      this.#readNode(command, { ...around, background: around.background || background === true });
    }
  }

  #readNode(node: Statement["command"], around: Surroundings): void {
    switch (node.type) {
      case "AndOr":
        for (const [index, command] of node.commands.entries()) {
          const otherwise = around.otherwise || node.operators[index - 1] === "||";
          this.#readNode(command, { ...around, otherwise });
        }
        return;
      case "Pipeline":
        this.#readPipeline(node, around);
        return;
      case "Subshell":
      case "BraceGroup":
        this.#readStatements(node.body.commands, around);
        return;
      case "Redirected":
        this.#readNode(node.command, { ...around, redirects: [...around.redirects, ...this.#texts(node.redirects)] });
        return;
      case "Command":
        this.#readCommand(node, around);
        return;
      default:
        this.#steps.push({ ...around, words: [], env: {}, text: this.#text(node), needsShell: true });
    }
  }

  /** What another's output goes through is a formatter; the app is the first. */
  #readPipeline({ commands, prefixes }: Pipeline, around: Surroundings): void {
    const [first, ...others] = commands;
    if (first !== undefined && prefixes.every(({ type }) => type === "Time")) {
      this.#readNode(first, { ...around, pipes: [...around.pipes, ...this.#texts(others)] });
    }
  }

  #readCommand(command: Extract<CommandNode, { type: "Command" }>, around: Surroundings): void {
    const words: string[] = [];
    const env: Record<string, string> = {};
    let known = true;
    const take = (expanded: Expanded | undefined) => {
      known &&= expanded !== undefined;
      words.push(...(expanded ?? []));
    };
    for (const part of command.prefix) {
      if (part.type === "Assignment") {
        const value = this.#assigned(part);
        known &&= value !== undefined;
        env[part.name] = value ?? "";
      }
    }
    if (command.name !== undefined) {
      take(this.#expander.words(command.name));
    }
    for (const argument of command.args) {
      if (argument.type === "Word") {
        take(this.#expander.words(argument));
      } else {
        const value = this.#assigned(argument);
        take(value === undefined ? undefined : [`${argument.name}=${value}`]);
      }
    }
    if (words.length === 0 && known) {
      // An assignment of its own is for the words that follow, and no part of the environment.
      this.#expander.assign(env);
    }
    if (words[0] === "export") {
      this.#expander.assign(splitAssignments(words.slice(1)).env);
    }
    const redirects = [...around.redirects, ...this.#texts(command.redirects)];
    this.#steps.push({ ...around, redirects, words, env, text: this.#text(command), needsShell: !known });
  }

  #assigned({ value, append, index }: Assignment): string | undefined {
    return value.type === "Word" && append !== true && index === undefined ? this.#expander.text(value) : undefined;
  }

  #texts(nodes: readonly (CommandNode | Redirection)[]): string[] {
    return nodes.map((node) => this.#text(node));
  }

  #text({ pos, end }: { readonly pos: number; readonly end: number }): string {
    return this.#source.slice(pos, end);
  }
}
