import assert from "node:assert/strict";
import { sshFailure } from "../../../src/client/machines/sshFailure.ts";
import { forwardFailure } from "../../../src/client/machines/sshForward.ts";
import { connectCommand } from "../../../src/client/machines/sshSession.ts";

const machine = { name: "web1", ssh: "deploy@web1" };

describe("what ssh says when it ends", () => {
  const cases: readonly (readonly [code: number, stderr: string, expected: string])[] = [
    [255, "ssh: connect to host web1 port 22: Connection refused", "machineUnreachable"],
    [255, "ssh: Could not resolve hostname web1: Name or service not known", "machineUnreachable"],
    [255, "ssh: connect to host web1 port 22: Connection timed out", "machineUnreachable"],
    [255, "ssh: connect to host web1 port 22: No route to host", "machineUnreachable"],
    [255, "deploy@web1: Permission denied (publickey).", "keyRefused"],
    [255, "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures", "keyRefused"],
    [255, "Host key verification failed.", "hostKeyUnknown"],
    [
      255,
      "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nOffending ED25519 key in known_hosts:1\nHost key verification failed.",
      "hostKeyChanged",
    ],
    [255, "Connection closed by 10.0.0.1 port 22", "connectionLost"],
    [255, "Timeout, server web1 not responding.", "connectionLost"],
    [255, "kex_exchange_identification: read: Connection reset by peer", "connectionLost"],
    [127, "sh: 1: exec: hitless: not found", "hitlessMissing"],
    [126, "sh: 1: exec: hitless: Permission denied", "hitlessMissing"],
    [1, "'exec' is not recognized as an internal or external command,", "hitlessMissing"],
    [1, "TypeError: x is not a function", "connectionLost"],
    [255, "command-line: line 0: Bad configuration option: x", "machineUnreachable"],
  ];
  for (const [code, stderr, expected] of cases) {
    it(`is ${expected}: ${stderr.split("\n", 1)[0]}`, () => {
      const error = sshFailure(machine, { code, stderr: stderr.split("\n"), stdout: [] });
      assert.equal(error.code, expected);
      assert.match(error.message, /web1/);
      assert.deepEqual(error.detail, stderr.split("\n"));
    });
  }

  it("is told after what is to be done about a path that the settings name", () => {
    const error = sshFailure({ ...machine, hitless: "/opt/x" }, { code: 127, stderr: [], stdout: [] });
    assert.match(error.message, /There is no \/opt\/x on web1\. Mend "hitless"/);
  });

  it("comes of a command that holds nothing of a person's but a path of plain characters", () => {
    assert.equal(
      connectCommand({ ...machine, hitless: "/opt/hitless/bin/hitless" }),
      "/opt/hitless/bin/hitless connect --stdio",
    );
    assert.doesNotMatch(connectCommand(machine), /web1|deploy|!|\\/);
  });
});

describe("a port that ssh can't lead to", () => {
  const cases: readonly (readonly [stderr: string, code: string, message: RegExp])[] = [
    [
      "channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed",
      "invalidState",
      /^Nobody listens on port 9229 of web1/,
    ],
    [
      "channel 0: open failed: administratively prohibited: open failed\nstdio forwarding failed",
      "invalidState",
      /AllowTcpForwarding/,
    ],
    ["deploy@web1: Permission denied (publickey).", "keyRefused", /accepts none of your keys/],
    ["ssh: connect to host web1 port 22: Connection refused", "machineUnreachable", /can't be reached/],
  ];
  for (const [stderr, code, message] of cases) {
    it(`says why: ${stderr}`, () => {
      const error = forwardFailure(machine, 9229, { code: 255, stderr: stderr.split("\n") });
      assert.equal(error.code, code);
      assert.match(error.message, message);
    });
  }
});
