import * as vscode from "vscode";
import { editorToolName, type ToolName, toolNames } from "../../shared/agents/toolNames.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { mcpProviderId } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { AgentsContext } from "./agentsContext.ts";

/** Offers Hitless to the editor's chat: as tools, and where it knows such, as an MCP server for those that take only these. */
export function registerAgents(context: AgentsContext): Disposable {
  const store = new DisposableStore();
  const api: Partial<typeof vscode.lm> | undefined = vscode.lm;
  // Editors that are made of VS Code may not have it.
  if (api?.registerTool !== undefined) {
    for (const name of toolNames) {
      store.add(vscode.lm.registerTool(editorToolName(name), agentTool(context, name)));
    }
  }
  const registerServers: unknown = api && Reflect.get(api, "registerMcpServerDefinitionProvider");
  const Definition: unknown = Reflect.get(vscode, "McpStdioServerDefinition");
  if (typeof registerServers === "function" && isServerDefinition(Definition)) {
    const provider = { provideMcpServerDefinitions: () => servers(context, Definition) };
    store.add(Reflect.apply(registerServers, api, [mcpProviderId, provider]));
  }
  return store;
}

/** `McpStdioServerDefinition`, which the oldest VS Code that we run in does not have. */
type ServerDefinition = new (
  label: string,
  command: string,
  args: string[],
  env: Record<string, string>,
  version: string,
) => object;

function isServerDefinition(value: unknown): value is ServerDefinition {
  return typeof value === "function";
}

function agentTool(context: AgentsContext, name: ToolName): vscode.LanguageModelTool<object> {
  const load = async () => (await import("./agentTools.ts")).agentTools;
  return {
    prepareInvocation: async ({ input }) => (await load()).prepare(name, input, context.host.t),
    invoke: async ({ input }, token) => {
      const { connectTo, findSupervisors } = await import("../apps/launchApp.ts");
      return (await load()).invoke({ ...context, connectTo, findSupervisors }, { name, input, token });
    },
  };
}

/** One for each folder of the window: `hitless mcp` starts only what is in its own. Since VS Code 1.101. */
function servers({ host, extensionUri }: AgentsContext, Definition: ServerDefinition): object[] {
  const file = vscode.Uri.joinPath(extensionUri, "dist", "cli.cjs").fsPath;
  return (vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : []).map(({ name, uri }) => {
    const command = host.nodeProgram() ?? "node";
    const server = new Definition(`Hitless: ${name}`, command, [file, "mcp"], {}, host.version);
    return Object.assign(server, { cwd: uri });
  });
}
