/** The tools for agents, in the order in which they are offered. Apart from their schemas, which need a package. */
export const toolNames = [
  "list_apps",
  "app_status",
  "read_logs",
  "last_reports",
  "start_app",
  "stop_app",
  "reload_app",
  "sample_cpu",
  "slow_requests",
  "rehearse_reload",
  "explain_rule",
] as const;

export type ToolName = (typeof toolNames)[number];

/** What the editor calls a tool: names there are shared by all extensions. */
export function editorToolName(name: ToolName): string {
  return `hitless_${name}`;
}
