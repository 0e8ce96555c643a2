import { toJsonSchema } from "@valibot/to-json-schema";
import { editorToolName, toolNames } from "../../../src/shared/agents/toolNames.ts";
import { type ToolSpec, toolTable } from "../../../src/shared/agents/toolTable.ts";

/** What the editor's chat is told of the tools. */
export const languageModelTools: readonly object[] = toolNames.map((name) => {
  const { description, input }: ToolSpec = toolTable[name];
  const { $schema: _, ...inputSchema } = toJsonSchema(input);
  return {
    name: editorToolName(name),
    toolReferenceName: `hitless-${name.replaceAll("_", "-")}`,
    displayName: `%tool.${name}%`,
    userDescription: `%tool.${name}.does%`,
    modelDescription: description,
    canBeReferencedInPrompt: true,
    tags: ["hitless"],
    inputSchema,
  };
});
