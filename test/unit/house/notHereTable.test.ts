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

  it("has rows of one version of Node.js for that alone", () => {
    const title = (major: string) =>
      `the drain of connections that can't be handed over (Node ${major}) loses no request of HTTP/2 clients over http`;
    assert.match(whyNotHere(title("20"), "8.0") ?? "", /HTTP\/2 is closed/);
    assert.deepEqual([whyNotHere(title("20"), undefined), whyNotHere(title("22"), "8.0")], [undefined, undefined]);
    const missed = (major: string) =>
      namesNoTest([`a worker (Node ${major}) listens`], "8.0").some((row) => row.includes("HTTP/2"));
    assert.deepEqual([missed("20"), missed("22")], [true, false]);
  });

  it("names its rows that are no test's title", () => {
    const rows = namesNoTest(["hitless lists apps"], undefined);
    assert.ok(rows.includes("hitless under systemd"));
    assert.ok(!namesNoTest(["hitless under systemd says nothing"], undefined).includes("hitless under systemd"));
  });
});
