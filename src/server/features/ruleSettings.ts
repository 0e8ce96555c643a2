import type { Connection } from "vscode-languageserver/node";

/** What the settings say for one document. */
export interface DocumentSettings {
  /** Of a rule: anything, since people write it. */
  readonly levelOf: (ruleId: string) => unknown;
  /** Whether the rules look at it at all, and whether calls are explained. */
  readonly rules: boolean;
  readonly hovers: boolean;
}

export interface RuleSettings {
  /** What the settings say that hold for a document. */
  of(uri: string): Promise<DocumentSettings>;
  /** The settings have changed. */
  forget(): void;
}

const sections = ["hitless.rules", "hitless.language"];

/** Asks the client for `hitless.rules` and `hitless.language`, once for each document until the settings change. */
export function createRuleSettings(connection: Pick<Connection, "workspace">, canAsk: () => boolean): RuleSettings {
  const known = new Map<string, Promise<unknown[]>>();
  const ask = (uri: string): Promise<unknown[]> => {
    const answer = connection.workspace.getConfiguration(sections.map((section) => ({ scopeUri: uri, section })));
    // Not kept when it fails: the next run asks again, and this one takes the defaults.
    return answer.catch(() => {
      known.delete(uri);
      return [];
    });
  };
  return {
    async of(uri) {
      const answer = canAsk() ? (known.get(uri) ?? ask(uri)) : undefined;
      if (answer !== undefined) {
        known.set(uri, answer);
      }
      const [levels, language] = ((await answer) ?? []).map(entriesOf);
      return {
        levelOf: (ruleId) => levels?.get(ruleId),
        rules: language?.get("rules") !== false,
        hovers: language?.get("hovers") !== false,
      };
    },
    forget: () => known.clear(),
  };
}

function entriesOf(section: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof section === "object" && section !== null ? Object.entries(section) : []);
}
