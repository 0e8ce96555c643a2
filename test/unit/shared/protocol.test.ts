import assert from "node:assert/strict";
import { type FailureCode, failureCodeSchema, isPermanentFailure } from "../../../src/shared/failure.ts";
import { parseMessage } from "../../../src/shared/parseMessage.ts";
import { requests } from "../../../src/shared/protocol.ts";
import { sampleFailure, sampleReport, sampleSnapshot, sampleWorker } from "../client/samples.ts";

describe("parseMessage", () => {
  it("returns what fits", () => {
    assert.deepEqual(parseMessage(requests["app/scale"].params, "app/scale", { workers: 3 }), { workers: 3 });
    const snapshot = sampleSnapshot({ app: { failure: sampleFailure() } });
    assert.deepEqual(parseMessage(requests["app/snapshot"].result, "app/snapshot", snapshot), snapshot);
    assert.deepEqual(parseMessage(requests["app/renew"].result, "app/renew", sampleReport()), sampleReport());
  });

  it("names the message and the field that does not", () => {
    const cases: readonly [run: () => unknown, message: RegExp][] = [
      [() => parseMessage(requests["app/scale"].params, "app/scale", { workers: 0 }), /^app\/scale, field workers: /],
      [() => parseMessage(requests["app/scale"].params, "app/scale", { workers: 1e9 }), /^app\/scale, field workers: /],
      [() => parseMessage(requests["app/scale"].params, "app/scale", "two"), /^app\/scale: /],
      [() => parseMessage(requests["app/scale"].params, "app/scale", null), /^app\/scale: /],
      [() => parseMessage(requests["app/renew"].params, "app/renew", { kind: "reboot" }), /^app\/renew, field kind: /],
      [
        () => parseMessage(requests["app/renew"].params, "app/renew", { kind: "reload", worker: 1.5 }),
        /^app\/renew, field worker: /,
      ],
      [
        () => parseMessage(requests["app/snapshot"].params, "app/snapshot", { extra: 1 }),
        /^app\/snapshot, field extra: /,
      ],
      [
        () => parseMessage(requests["app/drain"].params, "app/drain", { action: "extend", worker: 1 }),
        /^app\/drain, field ms: /,
      ],
      [
        () => parseMessage(requests["logs/read"].params, "logs/read", { waitMs: 60_001 }),
        /^logs\/read, field waitMs: /,
      ],
      [
        () =>
          parseMessage(
            requests["app/snapshot"].result,
            "app/snapshot",
            sampleSnapshot({ workers: [{ ...sampleWorker(), state: "asleep" as "ready" }] }),
          ),
        /^app\/snapshot, field workers\.0\.state: /,
      ],
    ];
    for (const [run, message] of cases) {
      assert.throws(run, { name: "HitlessError", code: "badMessage", message });
    }
  });
});

describe("isPermanentFailure", () => {
  it("holds for what the same files would do again, and for nothing else", () => {
    const permanent: readonly FailureCode[] = [
      "entryNotFound",
      "missingModule",
      "syntaxError",
      "portInUse",
      "portDenied",
      "nestedCluster",
      "typescriptUnsupported",
      "badNodeArguments",
    ];
    for (const code of failureCodeSchema.options) {
      assert.equal(isPermanentFailure(sampleFailure({ code })), permanent.includes(code), code);
    }
  });
});
