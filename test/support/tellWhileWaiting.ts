import process from "node:process";

const everyMs = 10_000;

/** Tells a person who waits that the work goes on: a line after each ten seconds of it. */
export async function tellWhileWaiting<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const since = performance.now();
  const timer = setInterval(() => {
    process.stdout.write(`  … ${what}, ${Math.round((performance.now() - since) / 1_000)} s\n`);
  }, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
