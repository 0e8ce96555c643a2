import {
  type CancellationToken,
  FileType,
  LanguageModelTextPart,
  LanguageModelToolResult,
  type PreparedToolInvocation,
  Uri,
  workspace,
} from "vscode";
import type { AgentHost, StartWish } from "../../client/agents/agentHost.ts";
import { runTool } from "../../client/agents/runTool.ts";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { ToolName } from "../../shared/agents/toolNames.ts";
import { toolTable } from "../../shared/agents/toolTable.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { AppSession } from "../apps/appSession.ts";
import { isStartable } from "../apps/appView.ts";
import type { SessionHost } from "../apps/sessionHost.ts";
import type { Localize } from "../platform/localize.ts";
import type { AgentsContext } from "./agentsContext.ts";

/*
 * What chat does with Hitless. A bundle of its own, loaded with the first use of a tool.
 */

interface ToolContext extends AgentsContext {
  connectTo(endpoint: Endpoint, host: SessionHost): Promise<SupervisorClient>;
  findSupervisors(host: SessionHost): Promise<Endpoint[]>;
}

interface Call {
  readonly name: ToolName;
  readonly input: object;
  readonly token: CancellationToken;
}

export const agentTools = { prepare, invoke };

/** What the person is told, and asked before something is changed. */
function prepare(name: ToolName, input: object, t: Localize): PreparedToolInvocation {
  const invocationMessage = `Hitless: ${toolTable[name].title}`;
  const app = "app" in input && typeof input.app === "string" ? input.app.slice(0, 200) : undefined;
  const confirmationMessages = question(name, app, input, t);
  return confirmationMessages === undefined ? { invocationMessage } : { invocationMessage, confirmationMessages };
}

function question(
  name: ToolName,
  app: string | undefined,
  input: object,
  t: Localize,
): { readonly title: string; readonly message: string } | undefined {
  const which = app ?? t("the app of this workspace");
  switch (name) {
    case "start_app":
      return { title: t("Start an app?"), message: t("It runs the code of {0}.", which) };
    case "stop_app":
      return {
        title: t("Stop {0}?", which),
        message: t("Requests in flight are finished first. Nobody is served afterwards."),
      };
    case "reload_app":
      return {
        title: t("Run the new code of {0}?", which),
        message:
          "kind" in input && input.kind === "restart"
            ? t("A restart refuses clients until the new workers are ready.")
            : t("New workers are started first. If they fail, the old ones serve on."),
      };
    case "rehearse_reload":
      return {
        title: t("Rehearse a reload of {0}?", which),
        message: t("It puts a load of GET requests on the app and renews it in the middle."),
      };
    default:
      return undefined;
  }
}

async function invoke(context: ToolContext, { name, input, token }: Call): Promise<LanguageModelToolResult> {
  const ending = new AbortController();
  const listening = token.onCancellationRequested(() => ending.abort());
  try {
    const { data } = await runTool(editorHost(context), name, input, ending.signal);
    return new LanguageModelToolResult([new LanguageModelTextPart(JSON.stringify(data, undefined, 1))]);
  } finally {
    listening.dispose();
  }
}

function editorHost({ registry, host, extensionUri, connectTo, findSupervisors }: ToolContext): AgentHost {
  const rules = Uri.joinPath(extensionUri, "docs", "rules");
  const startable = () => registry.sessions.filter(({ view, definition }) => definition && isStartable(view));
  return {
    list: () => findSupervisors(host),
    connect: (endpoint) => connectTo(endpoint, host),
    startable: async () => startable().map(({ name }) => name),
    start: async (wish, signal) => {
      const session = wanted(startable(), wish);
      await session.start();
      return untilReady(session, signal);
    },
    ruleIds: async () => {
      const files = await workspace.fs.readDirectory(rules);
      return files.flatMap(([file, type]) =>
        type === FileType.File && file !== "README.md" ? [file.replace(/\.md$/, "")] : [],
      );
    },
    ruleText: async (id) => new TextDecoder().decode(await workspace.fs.readFile(Uri.joinPath(rules, `${id}.md`))),
  };
}

/** @throws HitlessError which says what could be started. */
function wanted(sessions: readonly AppSession[], { app, entry, keepRunning }: StartWish): AppSession {
  if (!workspace.isTrusted) {
    throw new HitlessError("invalidState", "The workspace is not trusted, so nothing of it is run");
  }
  if (entry !== undefined) {
    throw new HitlessError("usage", "entry: name an app (see list_apps), or add the file to hitless.json");
  }
  if (keepRunning === true) {
    throw new HitlessError("usage", "keepRunning: what VS Code starts ends with its windows; leave it out");
  }
  const fitting = sessions.filter(({ name }) => app === undefined || name === app);
  const [only, ...others] = fitting;
  if (only === undefined || others.length > 0) {
    const names = sessions.map(({ name }) => name).join(", ") || "none";
    throw new HitlessError("usage", `app: name one that does not run yet; there are: ${names}`);
  }
  return only;
}

function untilReady(session: AppSession, signal: AbortSignal): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      listening.dispose();
      signal.removeEventListener("abort", cancel);
      end();
    };
    const cancel = () =>
      settle(() =>
        reject(new HitlessError("cancelled", `The start of ${session.name} is waited for no more; it goes on`)),
      );
    const check = () => {
      const { client } = session;
      const { state, problem, snapshot } = session.view;
      if (state === "running" && client !== undefined) {
        settle(() => resolve(client.endpoint));
      } else if (state !== "starting") {
        const { message, location, stderr = [] } = snapshot?.app.failure ?? {};
        const at = location === undefined ? "" : ` (${location.file}:${location.line})`;
        const why = message ?? problem ?? `it is ${state}`;
        settle(() =>
          reject(new HitlessError("invalidState", `${session.name} did not start: ${why}${at}`, { detail: stderr })),
        );
      }
    };
    const listening = session.onDidChange(check);
    signal.addEventListener("abort", cancel, { once: true });
    check();
  });
}
