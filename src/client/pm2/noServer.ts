import { resolve } from "node:path";
import { readTextFile } from "../readTextFile.ts";
import type { Draft } from "./options/pm2Option.ts";

/** Programs that do work without listening, by what people call them. */
const names =
  /(?:^|[^a-z])(?:workers?|queues?|consumers?|cron|jobs?|schedulers?|bots?|sync\d*|backup|restore|maintenance|watcher|listener|monitor|alerts?|mailer|email)(?:[^a-z]|$)/i;

/** What a file has in it that listens, or makes something that does. */
const listening = /\.listen\s*\(|createServer|createSecureServer|\b(?:express|fastify|hono|koa|restify|hapi|nestjs)\b/i;

/**
 * Why an app is taken for no server, of which a pm2 file says nothing: pm2 waits for nobody to listen. `undefined` where
 * anything speaks for a server, since one that is taken for none would be renewed with a gap.
 */
export async function whyNoServer(
  { options, config }: Omit<Draft, "problems">,
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<string | undefined> {
  const { cron_restart, autorestart, args = [], name, script } = options;
  if (!mayBeNoServer({ options, config }, env)) {
    return undefined;
  }
  const isJob = cron_restart !== undefined && autorestart === false;
  const words = [name, script, ...(args as readonly string[])].join(" ");
  if ((!isJob && !names.test(words)) || typeof config.entry !== "string") {
    return undefined;
  }
  const entry = resolve(folder, typeof config.cwd === "string" ? config.cwd : ".", config.entry);
  const text = await readTextFile(entry).catch(() => undefined);
  if (text === undefined || listening.test(text)) {
    return undefined;
  }
  return isJob ? "it runs at times" : "its name says so and its file does not listen";
}

/** Whether nothing in a pm2 file says that an app listens. */
export function mayBeNoServer(
  { options, config }: Omit<Draft, "problems">,
  env: Readonly<Record<string, string>>,
): boolean {
  const { exec_mode, wait_ready, port } = options;
  const shares = String(exec_mode).startsWith("cluster") || config.workers !== 1;
  const isNamed = port !== undefined || Object.keys(env).some((key) => /(?:^|_)PORT$/.test(key));
  return !shares && wait_ready !== true && !isNamed;
}
