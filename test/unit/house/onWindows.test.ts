import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { getSystemErrorName } from "node:util";
import { onClusterMessage } from "../../../src/supervisor/accept/clusterInternals.ts";
import { mostOpenFiles } from "../../../src/supervisor/traffic/openFileLimit.ts";
import { sharedAddons } from "../../../src/worker/layers/modules/sharedAddons.ts";

/** On another system that is told to be Windows; what runs on Windows itself is in docs/windows.md. */
describe("on Windows", () => {
  const { platform } = process;
  const { getReport } = process.report;

  beforeEach(() => Object.defineProperty(process, "platform", { value: "win32", configurable: true }));

  afterEach(() => {
    Object.defineProperty(process, "platform", { value: platform, configurable: true });
    process.report.getReport = getReport;
  });

  it("no diagnostic report is made, which blocks the process for seconds", () => {
    let reports = 0;
    process.report.getReport = () => {
      reports += 1;
      return {};
    };
    assert.deepEqual([mostOpenFiles(), sharedAddons(), reports], [Number.POSITIVE_INFINITY, [], 0]);
  });

  it("who asks the cluster for a socket for datagrams is refused, since none can be passed on", () => {
    const sent: { readonly ack?: number; readonly errno?: number }[] = [];
    const send = (message: object): boolean => sent.push(message) > 0;
    const child = Object.assign(new EventEmitter(), { send, connected: true }) as unknown as ChildProcess;
    onClusterMessage(child, { asked: () => true, closed: () => undefined, answered: () => undefined });
    const query = { cmd: "NODE_CLUSTER", act: "queryServer", seq: 7, addressType: "udp4", port: 5000 };
    child.emit("internalMessage", query);
    assert.notEqual(query.act, "queryServer", "node:cluster does not answer as well");
    assert.deepEqual(
      sent.map(({ ack, errno }) => [ack, getSystemErrorName(errno ?? 0)]),
      [[7, "ENOTSUP"]],
    );
  });
});
