import type { Node } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { stringOf } from "../analysis/constants.ts";
import { type Facts, factsOf } from "../analysis/moduleFacts.ts";
import type { Finding, Fix, Rule } from "../analysis/rule.ts";
import { endsElsewhere } from "../analysis/signals/endsElsewhere.ts";
import { isProcessListener } from "../analysis/signals/signalHandlers.ts";
import { type ShutdownOffer, shutdownHandlers } from "../shutdown/shutdownHandler.ts";
import type { Analysis } from "../source/scopes.ts";

/** A server of an app that is renewed by gracefulReload, without a handler for the message `shutdown`. */
export const shutdownMessage: Rule = {
  id: "shutdown-message",
  severity: "warning",
  check({ analysis, app }) {
    const facts = factsOf(analysis);
    const [listen] = facts.listens;
    if (!app.gracefulReload || facts.isTest || mentionsShutdown(analysis)) {
      return [];
    }
    const besides = (analysis.files?.beside(analysis.module, interesting) ?? []).filter(
      (file) => !factsOf(file).isTest,
    );
    const listener = messageListener(analysis, facts);
    const hasServer = listen !== undefined || besides.some((file) => factsOf(file).listens.length > 0);
    if (!hasServer || besides.some(mentionsShutdown)) {
      return [];
    }
    if (listener !== undefined) {
      const text = t(
        "This listener for messages does not act on “shutdown”, so a graceful reload waits for each old worker until drainTimeout ({0} s) is over: exit when that message comes.",
        app.drainTimeout / 1_000,
      );
      return finding(listener, text, []);
    }
    // Then the finding is at that listener.
    const isHeardElsewhere = besides.some((file) => messageListener(file, factsOf(file)) !== undefined);
    if (listen === undefined || isHeardElsewhere || [facts, ...besides.map(factsOf)].some(endsElsewhere)) {
      return [];
    }
    const offer = shutdownHandlers(analysis).find(({ call }) => call === listen.call);
    const text = t(
      "Nothing here acts on the message “shutdown”, so a graceful reload of this app is no more than a reload: listen for it with process.on('message') and exit when the last request is answered.",
    );
    return finding(listen.name, text, offer === undefined ? [] : [fixOf(offer)]);
  },
};

/** What other files may have to do with it. */
const interesting = /\blisten\b|["'`](?:shutdown|message)["'`]|shut|grac|terminat|terminus|exit/i;

function fixOf({ title, edits, elsewhere }: ShutdownOffer): Fix {
  return { title, edits, ...(elsewhere !== undefined && { elsewhere }) };
}

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
