import assert from "node:assert/strict";
import { namesNoTest, whyNotHere } from "../../support/process/notHere/notHereTable.ts";

describe("the table of what can't hold on Windows", () => {
  it("says why of a test and of all that a describe holds, whatever version of Node.js it is on", () => {
    const title = "signals to the supervisor (Node 22) SIGUSR2 is a reload";
    assert.match(whyNotHere(title, undefined) ?? "", /^Windows lets no process send another a signal/);
    assert.equal(whyNotHere("signals to the supervisors", undefined), undefined);
  });

  it("has rows of Wine for Wine alone", () => {
    const title = "watching makes one reload of a switch of branches over 500 files";
    assert.deepEqual([whyNotHere(title, undefined), /git/.test(whyNotHere(title, "8.0") ?? "")], [undefined, true]);
  });

  it("names its rows that are no test's title", () => {
    const rows = namesNoTest([], undefined);
    assert.ok(rows.includes("hitless under systemd"));
    assert.ok(!namesNoTest(["hitless under systemd says nothing"], undefined).includes("hitless under systemd"));
  });
});
