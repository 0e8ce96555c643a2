// Runs the snippets of one module in a fresh process, one after the other, each between two marks that a trace of
// system calls shows. Tells what it saw as JSON in the file that its last argument names.
import { spawn } from "node:child_process";
import { accessSync, writeFileSync } from "node:fs";
import process from "node:process";

const [, , source, module, resultFile] = process.argv;

function mark(edge, name) {
  try {
    accessSync(`/hitless-mark/${edge}/${name}`);
  } catch {
    // Nothing is there: only the call itself matters.
  }
}

/** Runs code that ends its process, or changes it for good, in a process of its own, which marks its own begin. */
function runChild(name, code) {
  const begin = `try { require("node:fs").accessSync(${JSON.stringify(`/hitless-mark/begin/${name}`)}) } catch {}`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["-e", `${begin}\n${code}`], { stdio: "ignore" });
    child.once("error", reject);
    child.once("close", resolve);
  });
}

async function runSnippet(name, snippet) {
  if (snippet.child !== undefined) {
    await runChild(name, snippet.child);
  } else {
    const { before, run, after } = typeof snippet === "function" ? { run: snippet } : snippet;
    const given = await before?.();
    mark("begin", name);
    try {
      await run(given);
    } finally {
      mark("end", name);
      await after?.(given);
    }
  }
  mark("end", name);
}

const results = [];
const { snippets } = await import(`./snippets/${source}.mjs`);
for (const [name, snippet] of Object.entries(snippets[module])) {
  const outcome = { name };
  try {
    await runSnippet(name, snippet);
  } catch (error) {
    outcome.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  outcome.bindings = process.moduleLoadList
    .filter((line) => line.startsWith("Internal Binding "))
    .map((line) => line.slice("Internal Binding ".length));
  results.push(outcome);
}
writeFileSync(resultFile, JSON.stringify(results));
process.exit(0);
