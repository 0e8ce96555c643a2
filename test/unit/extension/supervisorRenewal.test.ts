import assert from "node:assert/strict";
import type { NodeProgram } from "../../../src/client/node/nodeProgram.ts";
import { differenceMark, outdatedBy, type Scheduling, usualScheduling } from "../../../src/extension/apps/outdated.ts";
import { upgradeItems } from "../../../src/extension/commands/upgrade/upgradeItems.ts";
import { isNoteworthy, reportFacts } from "../../../src/extension/presentation/reportWords.ts";
import { outdatedText, outdatedWords, supervisorChange } from "../../../src/extension/presentation/supervisorWords.ts";
import { appTooltip } from "../../../src/extension/views/treeTooltips.ts";
import { appDefaults } from "../../../src/shared/appConfig.ts";
import { sampleReport, sampleSnapshot } from "../client/samples.ts";
import { english, sampleView } from "./fixtures.ts";

// The sample runs on v24.1.0 and is of Hitless 0.1.0.
const snapshot = sampleSnapshot();
const node22: NodeProgram = { path: "/opt/22/bin/node", version: "v22.1.0", source: ".nvmrc" };
const node24: NodeProgram = { path: "/usr/bin/node", version: "v24.1.0", source: "PATH" };
const node26: NodeProgram = { path: "/opt/26/bin/node", version: "v26.0.0", source: "explicit" };

describe("a supervisor that is to be renewed", () => {
  it("is one whose Node.js is not the named one, or whose Hitless is older than this", () => {
    const rows: [NodeProgram | undefined, string, string | undefined][] = [
      [undefined, "0.1.0", undefined],
      [node24, "0.1.0", undefined],
      [node22, "0.1.0", "v22.1.0 "],
      [undefined, "0.2.0", " 0.2.0"],
      [node22, "0.10.0", "v22.1.0 0.10.0"],
      // It was started by a newer one, which this can't replace by anything better.
      [undefined, "0.0.9", undefined],
    ];
    for (const [named, version, expected] of rows) {
      const outdated = outdatedBy(snapshot, { named, version });
      assert.equal(outdated && differenceMark(outdated), expected, `${named?.version} ${version}`);
    }
  });

  it("is one whose scheduling is not what the settings say, where that is known", () => {
    assert.equal(usualScheduling, appDefaults.scheduling);
    const rows: [runs: Scheduling | undefined, wanted: Scheduling | undefined, expected: string | undefined][] = [
      ["roundRobin", "shared", "  shared"],
      ["shared", "roundRobin", "  roundRobin"],
      ["shared", "shared", undefined],
      ["shared", undefined, undefined],
      [undefined, "shared", undefined],
    ];
    for (const [scheduling, wanted, expected] of rows) {
      const running = { supervisor: { ...snapshot.supervisor, ...(scheduling !== undefined && { scheduling }) } };
      const outdated = outdatedBy(running, { named: undefined, version: "0.1.0", scheduling: wanted });
      assert.equal(outdated && differenceMark(outdated), expected, `${scheduling} ${wanted}`);
    }
    const view = sampleView({
      snapshot: { ...snapshot, supervisor: { ...snapshot.supervisor, scheduling: "shared" } },
    });
    assert.equal(
      outdatedText(view, { scheduling: "roundRobin" }, english),
      "“api” runs with the scheduling shared, and its settings say roundRobin. It can be renewed as by a reload.",
    );
    assert.equal(outdatedWords({ scheduling: "roundRobin" }), "scheduling roundRobin");
  });

  it("says what differs and where it is named", () => {
    const both = { node: node22, hitless: "0.2.0" };
    assert.equal(
      outdatedText(sampleView(), both, english),
      "“api” runs on Node.js v24.1.0, and .nvmrc names v22.1.0. The supervisor of “api” is of Hitless 0.1.0, and this is 0.2.0. It can be renewed as by a reload.",
    );
    assert.match(
      outdatedText(sampleView(), { node: node26 }, english),
      /v24\.1\.0, and the setting “node” names v26\.0\.0\. It can/,
    );
    assert.equal(outdatedWords(both), "Node.js v22.1.0, Hitless 0.2.0");
    const tooltip = appTooltip(sampleView({ outdated: both }), 2_000, english);
    assert.match(tooltip, /v24\\?\.1\\?\.0 \\?\(\\?\.nvmrc names v22/);
    assert.match(tooltip, /process 4711, of Hitless 0\\?\.1\\?\.0 \\?\(this is 0\\?\.2\\?\.0/);
    assert.doesNotMatch(appTooltip(sampleView(), 2_000, english), /names|this is/);
  });

  it("is offered what the project names, the Node.js that runs, and every other that is installed", () => {
    const offered = (wanted: Parameters<typeof upgradeItems>[0]["wanted"], version = "0.1.0") =>
      upgradeItems({
        running: { node: "v24.1.0", hitless: "0.1.0" },
        ...{ version, wanted, installed: [node26, node24, node22], t: english },
      }).map(({ label, description, choice }) => [
        label,
        description,
        choice.kind === "named" ? choice.node : choice.kind,
      ]);

    const same = ["The same, with this Hitless", "Node.js v24.1.0 · Hitless 0.1.0", "same"];
    const other26 = ["Node.js v26.0.0", node26.path, node26.path];
    const other22 = ["Node.js v22.1.0", `${node22.path} (.nvmrc)`, node22.path];
    const browse = ["$(folder-opened) Another program…", undefined, "browse"];
    assert.deepEqual(offered(undefined), [same, other26, other22, browse]);
    assert.deepEqual(offered(node24), [same, other26, other22, browse]);
    assert.deepEqual(offered(node22), [["Node.js v22.1.0", node22.path, "wanted"], same, other26, browse]);
    assert.deepEqual(offered(undefined, "0.2.0")[0], [same[0], "Node.js v24.1.0 · Hitless 0.1.0 → 0.2.0", "same"]);
    const problem = "/srv/.nvmrc asks for Node.js 18, which is not installed.";
    assert.deepEqual(offered({ problem })[0], ["$(warning) As set by the project", problem, "wanted"]);
  });

  it("tells from what to what it was renewed, without being asked", () => {
    const from = { version: "0.1.0", nodeVersion: "v22.1.0" };
    const rows = [
      [{ version: "0.1.0", nodeVersion: "v24.1.0" }, "Node.js v22.1.0 → v24.1.0"],
      [{ version: "0.2.0", nodeVersion: "v24.1.0" }, "Node.js v22.1.0 → v24.1.0, Hitless 0.1.0 → 0.2.0"],
      [from, "Node.js v22.1.0, Hitless 0.1.0"],
    ] as const;
    for (const [to, expected] of rows) {
      assert.equal(supervisorChange({ from, to }), expected);
    }
    const report = sampleReport({ supervisor: { from, to: rows[0][0] } });
    assert.equal(reportFacts(report, english)[0], "Supervisor renewed: Node.js v22.1.0 → v24.1.0");
    assert.equal(isNoteworthy(report), true);
  });
});
