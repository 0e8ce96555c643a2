"use strict";
// node:cluster as many write it by hand: SIGUSR2 starts new workers; when they listen, the old ones disconnect().
const cluster = require("node:cluster");
const { join } = require("node:path");

cluster.schedulingPolicy = process.env.SCHEDULING === "shared" ? cluster.SCHED_NONE : cluster.SCHED_RR;
cluster.setupPrimary({ exec: join(__dirname, "server.cjs") });

function forkAll() {
  return Promise.all(
    Array.from(
      { length: Number(process.env.WORKERS) },
      () =>
        new Promise((resolve) => {
          const worker = cluster.fork();
          worker.once("listening", () => {
            process.stdout.write(`listening ${worker.process.pid}\n`);
            resolve(worker);
          });
        }),
    ),
  );
}

async function main() {
  let workers = await forkAll();
  process.on("SIGUSR2", async () => {
    const old = workers;
    workers = await forkAll();
    for (const worker of old) {
      worker.disconnect();
    }
    process.stdout.write("reloaded\n");
  });
  process.on("SIGTERM", () => {
    for (const worker of Object.values(cluster.workers)) {
      worker.process.kill("SIGKILL");
    }
    process.exit(0);
  });
  // Only now: a signal that nobody listens to ends the process.
  process.stdout.write("ready\n");
}

void main();
