import type { Connection } from "vscode-languageserver/node";

export interface RuleSettings {
  /** What the settings that hold for a document say of each rule. */
  levels(uri: string): Promise<(ruleId: string) => unknown>;
  /** The settings have changed. */
  forget(): void;
}

/** Asks the client for `hitless.rules`, once for each document until the settings change. */
export function createRuleSettings(connection: Pick<Connection, "workspace">, canAsk: () => boolean): RuleSettings {
  const known = new Map<string, Promise<unknown>>();
  const ask = (uri: string): Promise<unknown> => {
    const answer = connection.workspace.getConfiguration({ scopeUri: uri, section: "hitless.rules" });
    // Not kept when it fails: the next run asks again, and this one takes the defaults.
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
