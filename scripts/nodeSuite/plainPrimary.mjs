// Runs one file as a plain cluster worker: `node plainPrimary.mjs FILE FLAG…`. Prints its outcome as the last line of stdout.
import cluster from "node:cluster";
import { readFileSync } from "node:fs";

/** A worker that has used no processor time for so long, in milliseconds, has nothing more to do but to wait. */
const quietMs = 1_500;
const lookEveryMs = 100;

/** What it printed last is read within this time, in milliseconds. */
const outputMs = 100;

const [file, ...flags] = process.argv.slice(2);
cluster.setupPrimary({ exec: file, args: [], execArgv: flags, silent: true });
const worker = cluster.fork();
let output = "";
for (const stream of [worker.process.stdout, worker.process.stderr]) {
  stream?.on("data", (bytes) => {
    output += bytes;
  });
}

let used = -1;
let quietSince = performance.now();
let released = false;
const looking = setInterval(() => {
  const now = timeUsed(worker.process.pid);
  if (now !== used) {
    used = now;
    quietSince = performance.now();
  } else if (!released && performance.now() - quietSince > quietMs) {
    // The channel alone keeps it alive, for ever: without it it ends, and its checks at the exit are made.
    released = true;
    worker.process.disconnect();
  }
}, lookEveryMs);

// Not "close", which does not come when it was the primary that disconnected.
worker.process.once("exit", (code, signal) => {
  clearInterval(looking);
  setTimeout(() => {
    process.stdout.write(`${JSON.stringify({ code, signal, released, output: output.slice(-1_000) })}\n`);
    process.exit(0);
  }, outputMs);
});

/** Clock ticks of processor time, from /proc; elsewhere it counts as quiet. */
function timeUsed(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
