import assert from "node:assert/strict";
import { catalogue, modulesInCatalogue } from "../../../../src/shared/layers/catalogue.ts";
import type { CatalogueEntry } from "../../../../src/shared/layers/entry.ts";
import { findProgram } from "../../../support/programs.ts";
import { ensureSystem, programNeed } from "../../../support/systemPackages.ts";
import { type ModuleRun, runAllSnippets } from "./snippets.ts";
import { unseen, type Window } from "./trace.ts";

const title = "the catalogue against reality (system calls are traced on Linux only)";

(process.platform === "linux" ? describe : describe.skip)(title, () => {
  let runs: readonly ModuleRun[] = [];

  before("run a snippet for each entry under strace", async function () {
    this.timeout(230_000);
    const find = () => findProgram(["strace"]);
    await ensureSystem([programNeed("strace", () => find() !== null)], "Tracing the system calls of the catalogue");
    runs = await runAllSnippets(find() ?? "strace");
  });

  it("has a snippet for each entry, and an entry for each snippet", () => {
    const ran = runs.flatMap(({ module, snippets }) => snippets.map(({ name }) => `${module}: ${name}`));
    assert.deepEqual(ran.sort(), catalogue.map(({ module, name }) => `${module}: ${name}`).sort());
  });

  for (const module of modulesInCatalogue()) {
    describe(module, () => {
      const entries = catalogue.filter((entry) => entry.module === module);

      it("does what the snippets ask", () => {
        const failures = runOf(module).snippets.filter(({ error }) => error !== undefined);
        assert.deepEqual(failures, []);
      });

      it("loads the bindings that are named", () => {
        const { snippets } = runOf(module);
        const missing = entries.filter(
          ({ name, binding }) => !snippets.find((snippet) => snippet.name === name)?.bindings.includes(binding),
        );
        assert.deepEqual(
          missing.map(({ name, binding }) => `${name}: ${binding}`),
          [],
        );
      });

      it("makes the system calls that are named, on the threads that are named", () => {
        assert.deepEqual(
          entries.flatMap((entry) => contradictions(entry, windowOf(entry))),
          [],
        );
      });
    });
  }

  function runOf(module: string): ModuleRun {
    const run = runs.find((each) => each.module === module);
    assert.ok(run, `no snippets of ${module} were run`);
    return run;
  }

  function windowOf(entry: CatalogueEntry): Window {
    const window = runOf(entry.module).windows.get(entry.name);
    assert.ok(window, `the trace has no mark of ${entry.module}: ${entry.name}`);
    return window;
  }
});

/** What a trace shows otherwise than the entry says. */
function contradictions(entry: CatalogueEntry, { main, pool, other, wakes }: Window): string[] {
  const told: string[] = [];
  const expect = (isTrue: boolean, text: string) => {
    if (!isTrue) {
      const seen = `main: ${[...main].join(" ")}; pool: ${[...pool].join(" ")}; other: ${[...other].join(" ")}`;
      told.push(`${entry.module}: ${entry.name}: ${text} (${seen})`);
    }
  };
  const { linux } = entry.calls;
  switch (entry.mechanism) {
    case "threadPool":
      expect(wakes > 0, "no thread of the pool worked for it");
      expect(unseen(linux, pool).length === 0, `the pool did not call ${unseen(linux, pool).join(" ")}`);
      break;
    case "synchronous":
    case "eventLoop":
    case "timer":
    case "microtask":
      expect(wakes === 0, "a thread of the pool worked for it");
      expect(unseen(linux, main).length === 0, `the main thread did not call ${unseen(linux, main).join(" ")}`);
      break;
    case "process":
    case "thread":
      expect(other.size > 0, "no other thread or process did anything");
      expect(unseen(linux, main, other).length === 0, `nobody called ${unseen(linux, main, other).join(" ")}`);
      break;
  }
  return told;
}
