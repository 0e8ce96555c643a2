import assert from "node:assert/strict";
import { catalogue, modulesInCatalogue } from "../../../../src/shared/layers/catalogue.ts";
import { type CatalogueEntry, qualifiedName } from "../../../../src/shared/layers/entry.ts";
import { findProgram } from "../../../support/programs.ts";
import { ensureSystem, programNeed } from "../../../support/systemPackages.ts";
import { agreed, areAlike, contradictions, type Proof, wrongEntries } from "./contradictions.ts";
import { type ModuleRun, runAllSnippets } from "./snippets.ts";
import type { Window } from "./trace.ts";

const title = "the catalogue against reality (system calls are traced on Linux only)";

/** No test of Node.js may ask for that one, so that nobody can see it called. */
const hiddenBindings = ["internal_only_v8"];

(process.platform === "linux" ? describe : describe.skip)(title, () => {
  let runs: readonly ModuleRun[] = [];
  /** Of the modules whose first run contradicts an entry: a call that the runtime made for itself is not made again. */
  let again: readonly ModuleRun[] = [];

  before("run a snippet for each entry under strace", async function () {
    this.timeout(230_000);
    const find = () => findProgram(["strace"]);
    await ensureSystem([programNeed("strace", () => find() !== null)], "Tracing the system calls of the catalogue");
    const strace = find() ?? "strace";
    runs = await runAllSnippets(strace);
    again = await runAllSnippets(strace, (module) => entriesOf(module).some(isContradicted));
  });

  it("has a snippet for each entry, and an entry for each snippet", () => {
    const ran = runs.flatMap(({ module, snippets }) => snippets.map(({ name }) => `${module}: ${name}`));
    assert.deepEqual(ran.sort(), catalogue.map(({ module, name }) => `${module}: ${name}`).sort());
  });

  it("sees none of the named bindings called when nothing is, but for what every promise needs", () => {
    const seen = (name: string) => new Set(runs.flatMap(({ windows }) => [...(windows.get(name)?.bindings ?? ["?"])]));
    assert.deepEqual([...seen("(nothing)")], []);
    assert.deepEqual([...seen("(nothing, later)")].sort(), ["async_context_frame", "task_queue"]);
  });

  it("sees no call of a binding that is loaded and watched, but that the function does not lead to", () => {
    for (const [module, name, binding] of [
      ["fs", "readFile", "fs_dir"],
      ["net", "Socket.prototype.setNoDelay", "stream_wrap"],
      ["process", "cpuUsage", "credentials"],
      ["util", "types.isProxy", "uv"],
      ["buffer", "isUtf8", "blob"],
    ] as const) {
      const entry = catalogue.find((each) => each.module === module && each.name === name);
      assert.ok(entry, `${module} ${name} has no entry`);
      assert.ok(!windowOf(entry).bindings.has(binding), `${module} ${name}: ${binding}`);
    }
  });

  for (const module of modulesInCatalogue()) {
    describe(module, () => {
      const entries = entriesOf(module);

      it("does what the snippets ask", () => {
        const failures = runOf(module).snippets.filter(({ error }) => error !== undefined);
        assert.deepEqual(failures, []);
      });

      it("calls functions of the bindings that are named", () => {
        const uncalled = entries.filter((entry) => !windowOf(entry).bindings.has(entry.binding));
        assert.deepEqual(uncalled.filter(({ binding }) => !hiddenBindings.includes(binding)).map(qualifiedName), []);
      });

      it("makes the system calls that are named, on the threads that are named, and is done when it says", () => {
        assert.deepEqual(
          entries.flatMap((entry) => contradictions(entry, proofOf(entry))),
          [],
        );
      });
    });
  }

  it("would contradict every entry that said another mechanism", () => {
    assert.deepEqual(
      catalogue.flatMap((entry) =>
        wrongEntries(entry)
          .filter((wrong) => !areAlike(wrong, entry) && contradictions(wrong, proofOf(entry)).length === 0)
          .map((wrong) => `${qualifiedName(entry)}: ${entry.mechanism} could be ${wrong.mechanism}`),
      ),
      [],
    );
  });

  function entriesOf(module: string): readonly CatalogueEntry[] {
    return catalogue.filter((entry) => entry.module === module);
  }

  function isContradicted(entry: CatalogueEntry): boolean {
    return contradictions(entry, proofIn(runOf(entry.module), entry)).length > 0;
  }

  function runOf(module: string): ModuleRun {
    const run = runs.find((each) => each.module === module);
    assert.ok(run, `no snippets of ${module} were run`);
    return run;
  }

  function proofOf(entry: CatalogueEntry): Proof {
    const first = proofIn(runOf(entry.module), entry);
    const second = again.find(({ module }) => module === entry.module);
    return second === undefined || !isContradicted(entry) ? first : agreed(first, proofIn(second, entry));
  }

  function proofIn(run: ModuleRun, entry: CatalogueEntry): Proof {
    const { snippets, windows } = run;
    return {
      window: windowOf(entry, run),
      seen: snippets.find(({ name }) => name === entry.name),
      pooled: windows.get(`${entry.name} (pooled)`),
      direct: windows.get(`${entry.name} (direct)`),
      forms: new Map((entry.forms ?? []).map(({ form }) => [form, windows.get(`${entry.name} (${form})`)])),
    };
  }

  function windowOf(entry: CatalogueEntry, run = runOf(entry.module)): Window {
    const window = run.windows.get(entry.name);
    assert.ok(window, `the trace has no mark of ${entry.module}: ${entry.name}`);
    return window;
  }
});
