import type { Connection } from "vscode-languageserver/node";

export interface RuleSettings {
  /** The settings of each rule that apply to a document. */
  levels(uri: string): Promise<(ruleId: string) => unknown>;
  /** The settings have changed. */
  forget(): void;
}

/** Requests `hitless.rules` from the client, once for each document until the settings change. */
export function createRuleSettings(connection: Pick<Connection, "workspace">, canAsk: () => boolean): RuleSettings {
  const known = new Map<string, Promise<unknown>>();
  const ask = (uri: string): Promise<unknown> => {
    const answer = connection.workspace.getConfiguration({ scopeUri: uri, section: "hitless.rules" });
    // Not cached when it fails: the next run asks again, and this one uses the defaults.
    return answer.catch(() => {
      known.delete(uri);
      return undefined;
    });
  };
  return {
    async levels(uri) {
      if (!canAsk()) {
        return () => undefined;
      }
      const answer = known.get(uri) ?? ask(uri);
      known.set(uri, answer);
      const section = await answer;
      const levels: ReadonlyMap<string, unknown> = new Map(
        typeof section === "object" && section !== null ? Object.entries(section) : [],
      );
      return (ruleId) => levels.get(ruleId);
    },
    forget: () => known.clear(),
  };
}
