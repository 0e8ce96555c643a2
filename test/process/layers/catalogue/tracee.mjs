// Runs the snippets of one module in a fresh process, one after the other, each between two marks that a trace of
// system calls shows. Tells what it saw as JSON in the file that its last argument names.
import { spawn } from "node:child_process";
import cluster from "node:cluster";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { Worker } from "node:worker_threads";

const [, , source, module, bindingList, skippedList, resultFile] = process.argv;
const require = createRequire(import.meta.url);
const calls = require("./bindingCalls.cjs");
/** The binding of each function. */
const bindings = JSON.parse(bindingList);
/** The snippets that tell nothing of this version. */
const skipped = JSON.parse(skippedList);

/** Marks the begin in the process that runs it, and watches its bindings. */
function watching(name) {
  return `const calls = require(${JSON.stringify(require.resolve("./bindingCalls.cjs"))});
    calls.watchBindings(${JSON.stringify([bindings[name] ?? bindings[name.replace(/ \(.*/, "")]])});
    calls.mark("begin", ${JSON.stringify(name)});
    calls.begin();`;
}

/** Runs code that ends its process, or changes it for good, in a process of its own, which marks its own begin. */
function runChild(name, code, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--expose-internals", "-e", `${watching(name)}\n${code}`], {
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/** The same in a worker of `node:cluster`, once it has heard from its primary. */
function runWorker(name, code) {
  const exec = join(mkdtempSync(join(tmpdir(), "hitless-worker-")), "worker.cjs");
  writeFileSync(exec, `require("node:tls");\nprocess.once("message", () => {\n${watching(name)}\n${code}\n});`);
  cluster.setupPrimary({ exec, execArgv: ["--expose-internals"], silent: true });
  return new Promise((resolve, reject) => {
    const worker = cluster.fork();
    worker.once("online", () => worker.send("begin"));
    worker.once("error", reject);
    worker.once("exit", resolve);
  }).finally(() => rmSync(dirname(exec), { recursive: true, force: true }));
}

/** The same in a worker thread. */
function runThread(name, code) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(`${watching(name)}\n${code}`, { eval: true, stdout: true, stderr: true });
    worker.once("error", reject);
    worker.once("exit", resolve);
  });
}

function timers() {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

/**
 * Runs a function and tells when it was done: when it `returned` (it gave no promise), when the microtasks were `drained`
 * that it left behind, or only when the event loop had `turned`. Two callbacks for one turn of the loop tell them apart:
 * between them there are microtasks and nothing else.
 */
function runInTurn(name, run) {
  return new Promise((resolve, reject) => {
    let isDrained = false;
    let timersBefore = 0;
    let startsTimer = false;
    const end = (settle) => {
      calls.end();
      calls.mark("end", name);
      settle();
    };
    setImmediate(() => {
      timersBefore = timers();
      calls.mark("begin", name);
      calls.begin();
      try {
        const result = run();
        if (typeof result?.then !== "function") {
          end(() => resolve({ done: "returned", startsTimer }));
          return;
        }
        result.then(
          () => end(() => resolve({ done: isDrained ? "turned" : "drained", startsTimer })),
          (error) => end(() => reject(error)),
        );
      } catch (error) {
        end(() => reject(error));
      }
    });
    setImmediate(() => {
      isDrained = true;
      startsTimer = calls.apart(timers) > timersBefore;
    });
  });
}

async function runSnippet(name, snippet) {
  if (snippet.child !== undefined) {
    await runChild(name, snippet.child, snippet.env);
    calls.mark("end", name);
    return {};
  }
  if (snippet.worker !== undefined) {
    await runWorker(name, snippet.worker);
    calls.mark("end", name);
    return {};
  }
  if (snippet.thread !== undefined) {
    await runThread(name, snippet.thread);
    calls.mark("end", name);
    return {};
  }
  const { before, run, after } = typeof snippet === "function" ? { run: snippet } : snippet;
  return withDeadline(async () => {
    const given = await before?.();
    try {
      return await runInTurn(name, () => run(given));
    } finally {
      await after?.(given);
    }
  });
}

/** What waits for ever in one version of Node.js is one failure, and the snippets behind it run nevertheless. */
function withDeadline(run) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    // One that counts would change what the binding of the timers is asked.
    timer = setTimeout(() => reject(new Error(`took more than ${deadlineMs} ms`)), deadlineMs).unref();
  });
  return Promise.race([run(), late]).finally(() => clearTimeout(timer));
}

const deadlineMs = 60_000;
/** Keeps the event loop until the last snippet has ended. */
const { port1: held } = new MessageChannel();
held.on("message", () => {});

/** What is seen of these is seen of every other. */
const nothing = { "(nothing)": () => {}, "(nothing, later)": async () => {} };

const results = [];
// While there is little else in the heap, all of which V8 goes through for each function.
calls.watchBindings([...new Set(Object.values(bindings))]);
const { snippets, handles = {} } = await import(`./snippets/${source}.mjs`);
calls.watchHandles(handles);
// Starts the threads of the pool, and that on which certificates are loaded once.
calls.mark("begin", "(pool)");
await access(process.execPath);
calls.mark("end", "(pool)");
await import("node:tls");
for (const [name, snippet] of Object.entries({ ...nothing, ...snippets[module] })) {
  const outcome = { name };
  try {
    const isSkipped = skipped.includes(name);
    Object.assign(outcome, isSkipped ? {} : await runSnippet(name, snippet));
    for (const variant of ["pooled", "direct"].filter((each) => !isSkipped && each in snippet)) {
      outcome[variant] = await runSnippet(`${name} (${variant})`, snippet[variant]);
    }
    outcome.forms = {};
    for (const [form, own] of Object.entries(snippet.forms ?? {})) {
      if (skipped.includes(`${name} (${form})`)) {
        continue;
      }
      outcome.forms[form] = await runSnippet(`${name} (${form})`, own);
    }
  } catch (error) {
    outcome.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (!(name in nothing)) {
    results.push(outcome);
  }
}
writeFileSync(resultFile, JSON.stringify(results));
process.exit(0);
