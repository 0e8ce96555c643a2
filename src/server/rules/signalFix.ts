import { t } from "../../shared/translate.ts";
import { withLastStatement } from "../analysis/edits.ts";
import { asFunction, type Call } from "../analysis/nodes.ts";
import type { Fix } from "../analysis/rule.ts";
import type { SignalHandler } from "../analysis/signals/signalHandlers.ts";
import { closableServer, isOnlyServer } from "../shutdown/closableServer.ts";
import type { Analysis } from "../source/scopes.ts";

const exit = "process.exit(0)";

/** Makes a listener that is written inline close the only server of the file, and exit when it has closed. */
export function exitFixes(analysis: Analysis, { handler, listener }: SignalHandler): Fix[] {
  const server = handler !== undefined && listener === handler ? closableServer(analysis, handler) : undefined;
  if (handler === undefined || server === undefined) {
    return [];
  }
  const added = withLastStatement(analysis, handler, server.closeAndThen(exit));
  return added === undefined ? [] : [{ title: t("Close the server and exit"), edits: [...server.edits, ...added] }];
}

/** Makes the only close of a server in a listener exit when it is done. */
export function exitAfter(analysis: Analysis, closes: readonly Call[]): Fix[] {
  const [close, another] = closes;
  if (
    !isOnlyServer(analysis) ||
    close === undefined ||
    another !== undefined ||
    close.arguments.length > 1 ||
    close.end == null
  ) {
    return [];
  }
  const [callback] = close.arguments;
  const given = callback && asFunction(callback);
  const at = close.end - 1;
  const added =
    callback === undefined
      ? [{ start: at, end: at, text: `() => ${exit}` }]
      : given && withLastStatement(analysis, given, exit);
  return added === undefined ? [] : [{ title: t("Exit when the server has closed"), edits: added }];
}
