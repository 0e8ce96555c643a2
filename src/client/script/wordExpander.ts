import type { DoubleQuotedChild, ParameterExpansionPart, Word, WordPart } from "unbash";

/** The words that one word of a script becomes. */
export type Expanded = readonly string[];

/** Puts the values of variables into words, as a shell does; what would have to be run has no value. */
export class WordExpander {
  /** Variables that were used and have no value. */
  readonly unset = new Set<string>();
  readonly #values: Record<string, string | undefined>;

  constructor(values: Readonly<Record<string, string | undefined>>) {
    this.#values = { ...values };
  }

  assign(values: Readonly<Record<string, string>>): void {
    Object.assign(this.#values, values);
  }

  /** What a word becomes: none when it is an unquoted variable without a value. `undefined`: only a shell can tell. */
  words(word: Word): Expanded | undefined {
    const text = this.text(word);
    if (text === undefined || word.parts === undefined) {
      return text === undefined ? undefined : [text];
    }
    const quoted = word.parts.some(({ type }) => /Quoted|LocaleString/.test(type));
    if (quoted) {
      return [text];
    }
    const expansions = word.parts.some(({ type }) => type === "SimpleExpansion" || type === "ParameterExpansion");
    return expansions ? text.split(/[ \t\n]+/).filter((part) => part !== "") : [text];
  }

  /** The same as one text, as in an assignment. */
  text(word: Word): string | undefined {
    return word.parts === undefined ? word.value : this.#join(word.parts);
  }

  #join(parts: readonly (WordPart | DoubleQuotedChild)[]): string | undefined {
    let text = "";
    for (const part of parts) {
      const piece = this.#piece(part);
      if (piece === undefined) {
        return undefined;
      }
      text += piece;
    }
    return text;
  }

  #piece(part: WordPart | DoubleQuotedChild): string | undefined {
    switch (part.type) {
      case "Literal":
      case "SingleQuoted":
      case "AnsiCQuoted":
        return part.value;
      // A pattern that no file fits stays as it is, which is the case for an option such as --allow-fs-read=*.
      case "Glob":
      case "ExtendedGlob":
      case "BraceExpansion":
        return part.text;
      case "DoubleQuoted":
      case "LocaleString":
        return this.#join(part.parts);
      case "SimpleExpansion":
        return this.#variable(part.text.slice(1));
      case "ParameterExpansion":
        return this.#parameter(part);
      default:
        return undefined;
    }
  }

  #variable(name: string): string | undefined {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      return undefined;
    }
    const value = this.#values[name];
    if (value === undefined) {
      this.unset.add(name);
    }
    return value ?? "";
  }

  #parameter({ parameter, prefix, index, operation }: ParameterExpansionPart): string | undefined {
    if (prefix !== undefined || index !== undefined) {
      return undefined;
    }
    if (operation === undefined) {
      return this.#variable(parameter);
    }
    if (operation.type !== "Default" || operation.operator.endsWith("?")) {
      return undefined;
    }
    const value = this.#values[parameter];
    const missing = value === undefined || (operation.operator.startsWith(":") && value === "");
    if (operation.operator.endsWith("+")) {
      return missing ? "" : this.text(operation.operand);
    }
    return missing ? this.text(operation.operand) : value;
  }
}
