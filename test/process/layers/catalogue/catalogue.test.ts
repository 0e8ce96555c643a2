import assert from "node:assert/strict";
import { catalogue, modulesInCatalogue } from "../../../../src/shared/layers/catalogue.ts";
import { type CatalogueEntry, qualifiedName } from "../../../../src/shared/layers/entry.ts";
import { nodeProgramOf, testedNodes } from "../../../support/process/nodeMatrix.ts";
import { findProgram } from "../../../support/programs.ts";
import { ensureSystem, programNeed } from "../../../support/systemPackages.ts";
import { agreed, areAlike, contradictions, type Proof, wrongEntries } from "./contradictions.ts";
import { isReplaced, type ModuleRun, ownNode, runAllSnippets } from "./snippets.ts";
import { noWindow, type Window } from "./trace.ts";

const title = "the catalogue against reality (system calls are traced on Linux only)";

/** No test of Node.js may ask for that one, so that nobody can see it called. */
const hiddenBindings = ["internal_only_v8"];

(process.platform === "linux" ? describe : describe.skip)(title, () => {
  /** The version that is asked for (`HITLESS_CATALOGUE_NODE=20`), or the one that runs the tests. */
  let node = ownNode;
  let listed: readonly CatalogueEntry[] = [];
  let runs: readonly ModuleRun[] = [];
  /** Of the modules whose first run contradicts an entry: a call that the runtime made for itself is not made again. */
  let again: readonly ModuleRun[] = [];

  before("run a snippet for each entry under strace", async function () {
    this.timeout(900_000);
    const find = () => findProgram(["strace"]);
    await ensureSystem([programNeed("strace", () => find() !== null)], "Tracing the system calls of the catalogue");
    const strace = find() ?? "strace";
    const wanted = testedNodes().find(({ major }) => major === process.env.HITLESS_CATALOGUE_NODE);
    node = wanted === undefined ? ownNode : { program: await nodeProgramOf(wanted), major: Number(wanted.major) };
    listed = catalogue.filter(({ since = 0 }) => since <= node.major);
    runs = await runAllSnippets(strace, (module) => entriesOf(module).length > 0, node);
    again = await runAllSnippets(strace, (module) => entriesOf(module).some(isContradicted), node);
  });

  it("has a snippet for each entry, and an entry for each snippet", () => {
    const newer = catalogue.filter((entry) => !listed.includes(entry)).map(({ module, name }) => `${module}: ${name}`);
    const ran = runs.flatMap(({ module, snippets }) => snippets.map(({ name }) => `${module}: ${name}`));
    assert.deepEqual(
      ran.filter((name) => !newer.includes(name)).sort(),
      listed.map(({ module, name }) => `${module}: ${name}`).sort(),
    );
  });

  it("sees none of the named bindings called when nothing is, but for what every promise needs", () => {
    const seen = (name: string) => new Set(runs.flatMap(({ windows }) => [...(windows.get(name)?.bindings ?? ["?"])]));
    assert.deepEqual([...seen("(nothing)")], []);
    const frames = node.major < 24 ? [] : ["async_context_frame"];
    assert.deepEqual([...seen("(nothing, later)")].sort(), [...frames, "task_queue"]);
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
      it("does what the snippets ask", () => {
        const names = entriesOf(module).map(({ name }) => name);
        const failures = runsOf(module).flatMap(({ snippets }) => snippets.filter(({ error }) => error !== undefined));
        assert.deepEqual(
          failures.filter(({ name }) => names.includes(name)),
          [],
        );
      });

      it("calls functions of the bindings that are named", () => {
        const told = entriesOf(module).filter((entry) => !isReplaced(entry, node.major));
        const uncalled = told.filter((entry) => !windowOf(entry).bindings.has(entry.binding));
        assert.deepEqual(uncalled.filter(({ binding }) => !hiddenBindings.includes(binding)).map(qualifiedName), []);
      });

      it("makes the system calls that are named, on the threads that are named, and is done when it says", () => {
        assert.deepEqual(
          entriesOf(module).flatMap((entry) => contradictions(entry, proofOf(entry), node.major)),
          [],
        );
      });
    });
  }

  it("would contradict every entry that said another mechanism", () => {
    assert.deepEqual(
      listed.flatMap((entry) =>
        wrongEntries(entry)
          .filter((wrong) => !areAlike(wrong, entry) && !isReplaced(entry, node.major))
          .filter((wrong) => contradictions(wrong, proofOf(entry), node.major).length === 0)
          .map((wrong) => `${qualifiedName(entry)}: ${entry.mechanism} could be ${wrong.mechanism}`),
      ),
      [],
    );
  });

  function entriesOf(module: string): readonly CatalogueEntry[] {
    return listed.filter((entry) => entry.module === module);
  }

  function isContradicted(entry: CatalogueEntry): boolean {
    return contradictions(entry, proofIn(runOf(entry.module), entry), node.major).length > 0;
  }

  function runsOf(module: string): readonly ModuleRun[] {
    return runs.filter((each) => each.module === module);
  }

  function runOf(module: string): ModuleRun {
    const [run] = runsOf(module);
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
    const window = run.windows.get(entry.name) ?? (isReplaced(entry, node.major) ? noWindow() : undefined);
    assert.ok(window, `the trace has no mark of ${entry.module}: ${entry.name}`);
    return window;
  }
});
