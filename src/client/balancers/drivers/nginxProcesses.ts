import type { BalancerCommands, CommandOptions } from "./balancerCommands.ts";

/** The worker processes of nginx on a machine. */
export interface NginxProcesses {
  readonly serving: ReadonlySet<number>;
  /** Told to go by a reload, and still at work on what they have. */
  readonly leaving: ReadonlySet<number>;
}

/** @throws HitlessError `balancerFailed` when `ps` fails. */
export async function nginxProcesses(commands: BalancerCommands, options?: CommandOptions): Promise<NginxProcesses> {
  const output = await commands.must(["ps", "-e", "-o", "pid=", "-o", "args="], options);
  const serving = new Set<number>();
  const leaving = new Set<number>();
  for (const line of output.split("\n")) {
    const [, pid, title = ""] = /^(\d+) nginx: worker process(.*)$/.exec(line.trim()) ?? [];
    if (pid !== undefined) {
      (title.includes("is shutting down") ? leaving : serving).add(Number(pid));
    }
  }
  return { serving, leaving };
}
