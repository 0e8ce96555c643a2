import assert from "node:assert/strict";
import { CancellationTokenSource, LanguageModelTextPart, lm } from "vscode";
import { editorToolName, type ToolName, toolNames } from "../../../src/shared/agents/toolNames.ts";

describe("the tools for agents in VS Code", () => {
  async function invoke(name: ToolName, input: object): Promise<string> {
    const { token } = new CancellationTokenSource();
    const { content } = await lm.invokeTool(editorToolName(name), { input, toolInvocationToken: undefined }, token);
    return content.map((part) => (part instanceof LanguageModelTextPart ? part.value : "")).join("");
  }

  it("are there, and answer what the command line's answer", async () => {
    const there = lm.tools.map(({ name }) => name).filter((name) => name.startsWith("hitless_"));
    assert.deepEqual(there.sort(), toolNames.map(editorToolName).sort());

    const apps: { readonly startable: readonly string[] } = JSON.parse(await invoke("list_apps", {}));
    assert.ok(apps.startable.length > 0, JSON.stringify(apps));
    assert.match(await invoke("explain_rule", { rule: "exit-before-close" }), /\*\*Fix\.\*\*/);
    assert.match(await invoke("app_status", { app: "nobody" }), /none that runs is called/);
  });
});
