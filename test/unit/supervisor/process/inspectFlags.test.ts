import assert from "node:assert/strict";
import { inspectFlags } from "../../../../src/supervisor/process/inspectFlags.ts";

const told = (...nodeArgs: string[]) => {
  const { place, signalPlace, nodeArgs: rewritten } = inspectFlags(nodeArgs);
  const text = (where: typeof place) => where && `${where.host}:${where.port}`;
  return [text(place), text(signalPlace), ...rewritten];
};

describe("the debugger flags of a user", () => {
  it("say where a slot is found, and the worker itself listens on a random port of this machine", () => {
    const random = "127.0.0.1:0";
    const usual = "127.0.0.1:9229";
    assert.deepEqual(told("--inspect"), [usual, usual, `--inspect=${random}`]);
    assert.deepEqual(told("--inspect=9300", "-r", "x"), ["127.0.0.1:9300", usual, `--inspect=${random}`, "-r", "x"]);
    assert.deepEqual(told("--inspect-brk=0.0.0.0:9300"), ["0.0.0.0:9300", usual, `--inspect-brk=${random}`]);
    assert.deepEqual(told("--inspect-wait=[::1]:9300"), ["::1:9300", usual, `--inspect-wait=${random}`]);
    assert.deepEqual(told("--inspect=0.0.0.0"), ["0.0.0.0:9229", usual, `--inspect=${random}`]);
    assert.deepEqual(told("--inspect=:9300"), ["127.0.0.1:9300", usual, `--inspect=${random}`]);
    assert.deepEqual(told("--inspect=0"), ["127.0.0.1:0", usual, `--inspect=${random}`]);
  });

  it("may name the port apart, with or without an inspector that is open from the start", () => {
    assert.deepEqual(told("--inspect", "--inspect-port=9300"), [
      "127.0.0.1:9300",
      "127.0.0.1:9300",
      "--inspect=127.0.0.1:0",
    ]);
    assert.deepEqual(told("--inspect-port=9300"), [undefined, "127.0.0.1:9300"]);
    assert.deepEqual(told("--enable-source-maps", "--inspect-publish-uid=http"), [
      undefined,
      "127.0.0.1:9229",
      "--enable-source-maps",
      "--inspect-publish-uid=http",
    ]);
  });
});
