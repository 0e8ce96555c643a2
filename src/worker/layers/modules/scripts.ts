import { type Debugger, Session } from "node:inspector";

interface Script {
  readonly url: string;
  readonly isModule: boolean;
}

/**
 * The loaded scripts. All of it happens before this returns, so no code of the app runs while the debugger is on: a
 * `debugger` statement can't stop it. An attached debugger has a separate session and notices nothing.
 */
export function listScripts(): Script[] {
  const scripts: Script[] = [];
  const session = new Session();
  try {
    session.connect();
    session.on("Debugger.scriptParsed", ({ params }: { readonly params: Debugger.ScriptParsedEventDataType }) => {
      scripts.push({ url: params.url, isModule: params.isModule === true });
    });
    session.post("Debugger.enable");
    session.post("Debugger.disable");
  } finally {
    session.disconnect();
  }
  return scripts;
}
