import * as v from "valibot";
import type { ToolName } from "../../shared/agents/toolNames.ts";
import { type ToolInput, toolTable } from "../../shared/agents/toolTable.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import { nearest } from "../../shared/text/suggestion.ts";
import { rehearseOne, reloadOne, sampleCpu, startOne, stopOne } from "./actionTools.ts";
import type { AgentHost, ToolAnswer } from "./agentHost.ts";
import { boundedAnswer } from "./boundedAnswer.ts";
import { withoutSecrets } from "./quotedLines.ts";
import { appStatus, lastReports, listApps, readLogs, slowRequests } from "./statusTools.ts";

type Tools = {
  readonly [Name in ToolName]: (host: AgentHost, input: ToolInput<Name>, signal: AbortSignal) => Promise<ToolAnswer>;
};

const tools: Tools = {
  list_apps: listApps,
  app_status: appStatus,
  read_logs: readLogs,
  last_reports: lastReports,
  start_app: startOne,
  stop_app: stopOne,
  reload_app: reloadOne,
  sample_cpu: sampleCpu,
  slow_requests: slowRequests,
  rehearse_reload: rehearseOne,
  explain_rule: explainRule,
};

/** Milliseconds for each tool; those that wait for workers get the time that these may take. */
const deadlines: Partial<Record<ToolName, number>> = {
  start_app: 300_000,
  stop_app: 600_000,
  reload_app: 600_000,
  rehearse_reload: 600_000,
};
const usualDeadlineMs = 60_000;

/** The result of a tool, small enough for a model. */
export interface ToolResult {
  readonly failed: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Runs a tool with arguments of whatever kind; never rejects. Aborting the signal ends it as far as that is possible; a
 * deadline does so too, and says what is not known then.
 */
export async function runTool(
  host: AgentHost,
  name: string,
  input: unknown,
  cancelled: AbortSignal,
): Promise<ToolResult> {
  const ending = new AbortController();
  const cancel = (): void => ending.abort();
  cancelled.addEventListener("abort", cancel, { once: true });
  try {
    if (!isTool(name)) {
      const meant = nearest(name, Object.keys(toolTable));
      throw new HitlessError(
        "usage",
        `No tool is called "${name}"${meant === undefined ? "" : `; did you mean ${meant}`}`,
      );
    }
    if (cancelled.aborted) {
      throw new HitlessError("cancelled", `${name} was cancelled before it began`);
    }
    const answer = await withDeadline(name, ending, () => call(name, host, input, ending.signal));
    return { failed: false, data: boundedAnswer(answer) };
  } catch (thrown) {
    const { code, message, detail } = cancelled.aborted
      ? new HitlessError("cancelled", `${name} was cancelled; app_status tells what runs`)
      : toHitlessError(thrown);
    // Of an app that did not start both hold what it wrote.
    const error = { code, message: withoutSecrets(message), detail: detail.map(withoutSecrets) };
    return { failed: true, data: boundedAnswer({ error, quoted: ["error.message", "error.detail"] }) };
  } finally {
    cancelled.removeEventListener("abort", cancel);
  }
}

function isTool(name: string): name is ToolName {
  return Object.hasOwn(toolTable, name);
}

function call<Name extends ToolName>(
  name: Name,
  host: AgentHost,
  input: unknown,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const { input: schema }: { readonly input: v.GenericSchema<unknown, object> } = toolTable[name];
  const parsed = v.safeParse(schema, input ?? {});
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const field = v.getDotPath(issue) ?? "arguments";
    throw new HitlessError("usage", `${field}: ${issue.message}`);
  }
  // The schema of a tool is what its function takes.
  return tools[name](host, parsed.output as ToolInput<Name>, signal);
}

async function withDeadline(
  name: ToolName,
  ending: AbortController,
  work: () => Promise<ToolAnswer>,
): Promise<ToolAnswer> {
  const ms = deadlines[name] ?? usualDeadlineMs;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      ending.abort();
      const what = toolTable[name].readOnly ? "" : "; whether it took effect is not known, app_status tells";
      reject(new HitlessError("deadline", `${name} was not over after ${ms / 1_000} s${what}`));
    }, ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function explainRule(host: AgentHost, { rule }: ToolInput<"explain_rule">): Promise<ToolAnswer> {
  const rules = await host.ruleIds();
  if (rule === undefined) {
    return { rules, next: ["explain_rule with one of them tells what, why and the fix"] };
  }
  const text = rules.includes(rule) ? await host.ruleText(rule) : undefined;
  if (text === undefined) {
    const meant = nearest(rule, rules);
    throw new HitlessError(
      "usage",
      `rule: there is none called "${rule}"; ${meant === undefined ? `there are: ${rules.join(", ")}` : `did you mean ${meant}`}`,
    );
  }
  return { rule, text };
}
