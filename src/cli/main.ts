import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runCommandLine } from "./commandLine.ts";
import { currentFolder } from "./run/currentFolder.ts";
import { openOutput } from "./terminal/output.ts";

/** Filled in by the bundler. */
declare const __HITLESS_VERSION__: string;

/** Milliseconds for the last output to be delivered when a signal has ended the command. */
const hurryMs = 500;

const stdout = openOutput(process.stdout, process.env);
const stderr = openOutput(process.stderr, process.env);

void runCommandLine(
  {
    stdout,
    stderr,
    get cwd() {
      return currentFolder(process.env);
    },
    environment: process.env,
    atEnd: [],
    identity: { name: "hitless command line", version: __HITLESS_VERSION__ },
    supervisorFile: join(__dirname, "supervisor.cjs"),
  },
  process.argv.slice(2),
).then(async (code) => {
  // A pager may take its time; after a second signal there is no more waiting.
  const patience = code > 128 ? [delay(hurryMs)] : [];
  await Promise.race([Promise.all([stdout.flush(), stderr.flush()]), ...patience]);
  process.exit(code);
});
