import type { Node } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { stringOf } from "../analysis/constants.ts";
import { type Facts, factsOf } from "../analysis/moduleFacts.ts";
import type { Finding, Rule } from "../analysis/rule.ts";
import { endsElsewhere } from "../analysis/signals/endsElsewhere.ts";
import { isProcessListener } from "../analysis/signals/signalHandlers.ts";
import { shutdownHandlers } from "../shutdown/shutdownHandler.ts";
import type { Analysis } from "../source/scopes.ts";

/** A server of an app that is renewed by gracefulReload, without a handler for the message `shutdown`. */
export const shutdownMessage: Rule = {
  id: "shutdown-message",
  severity: "warning",
  check({ analysis, app }) {
    const facts = factsOf(analysis);
    const [listen] = facts.listens;
    if (!app.gracefulReload || listen === undefined || facts.isTest || mentionsShutdown(analysis)) {
      return [];
    }
    const listener = messageListener(analysis, facts);
    if (listener !== undefined) {
      const text = t(
        "This listener for messages does not act on “shutdown”, so a graceful reload waits for each old worker until drainTimeout ({0} s) is over: exit when that message comes.",
        app.drainTimeout / 1_000,
      );
      return finding(listener, text, []);
    }
    if (endsElsewhere(facts)) {
      return [];
    }
    const offer = shutdownHandlers(analysis).find(({ call }) => call === listen.call);
    const text = t(
      "Nothing here acts on the message “shutdown”, so a graceful reload of this app is no more than a reload: listen for it with process.on('message') and exit when the last request is answered.",
    );
    return finding(listen.name, text, offer === undefined ? [] : [{ title: offer.title, edits: offer.edits }]);
  },
};

function finding({ start, end }: Node, message: string, fixes: Finding["fixes"]): Finding[] {
  return start == null || end == null ? [] : [{ start, end, message, fixes }];
}

/** The text may come from a table or a type; its author has thought of it. */
function mentionsShutdown({ module: { text } }: Analysis): boolean {
  return /["'`]shutdown["'`]/.test(text);
}

function messageListener(analysis: Analysis, { calls }: Facts): Node | undefined {
  const found = calls.find((site) => {
    const [event] = isProcessListener(site) ? site.node.arguments : [];
    return event !== undefined && stringOf(analysis, event) === "message";
  });
  return found?.node.arguments[0];
}
