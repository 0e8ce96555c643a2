import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runCommandLine } from "./commandLine.ts";
import { currentFolder } from "./run/currentFolder.ts";
import { openOutput } from "./terminal/output.ts";

/** Filled in by the bundler. */
declare const __HITLESS_VERSION__: string;

/** Milliseconds for the last output to leave when a signal has ended the command. */
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
    identity: { name: "hitless command line", version: __HITLESS_VERSION__ },
    supervisorFile: join(__dirname, "supervisor.cjs"),
  },
  process.argv.slice(2),
).then(async (code) => {
  // Whoever pages through the output may take their time; whoever has ended this with a second signal may not.
  const patience = code > 128 ? [delay(hurryMs)] : [];
  await Promise.race([Promise.all([stdout.flush(), stderr.flush()]), ...patience]);
  process.exit(code);
});
