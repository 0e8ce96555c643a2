import assert from "node:assert/strict";
import { describeWarnings } from "../../../../src/worker/layers/warnings.ts";
import { keepWarnings, type WarningLog } from "../../../../src/worker/process/warningLog.ts";

/** A guard that lets everything through, so that a test sees what would be thrown. */
const keep = () => keepWarnings((_what, run) => run);
const folder = "/opt/hitless/dist";

describe("the log of warnings", () => {
  const others = process.listeners("warning");
  let log: WarningLog;

  beforeEach(() => {
    // Node's own listener would print them.
    process.removeAllListeners("warning");
    log = keep();
  });

  afterEach(() => {
    process.removeAllListeners("warning");
    for (const listener of others) {
      process.on("warning", listener);
    }
  });

  const emit = (warning: unknown) => process.emit("warning", warning as Error);
  const messages = () => log.kept().map(({ message }) => message);

  it("keeps each once, with its first own line", async () => {
    const warn = (message: string): void => process.emitWarning(message, { type: "OwnWarning", code: "OWN01" });
    warn("first");
    warn("first");
    warn("second");
    await new Promise((resolve) => process.nextTick(resolve));
    assert.equal(log.count(), 3);
    assert.deepEqual(
      describeWarnings(log.kept(), folder).map(({ name, code, message, at, count }) => [
        name,
        code,
        message,
        at?.file,
        count,
      ]),
      [
        ["OwnWarning", "OWN01", "first", import.meta.filename, 2],
        ["OwnWarning", "OWN01", "second", import.meta.filename, 1],
      ],
    );
  });

  it("takes whatever an app emits as a warning", () => {
    const hostile = {
      get message(): string {
        throw new Error("not to be read");
      },
    };
    const odd = ["text only", undefined, null, 7, { message: 5 }, hostile, new Proxy({}, { get: () => Symbol("odd") })];
    for (const warning of odd) {
      emit(warning);
    }
    assert.equal(log.count(), odd.length);
    assert.deepEqual(
      describeWarnings(log.kept(), folder).map(({ name, message, count }) => [name, message, count]),
      [
        ["Warning", "text only", 1],
        ["Warning", "", 6],
      ],
    );
  });

  it("keeps the first 50 that differ, and goes on counting", () => {
    for (let number = 0; number < 200; number += 1) {
      emit(new Error(`warning ${number}`));
    }
    assert.equal(log.count(), 200);
    assert.equal(messages().length, 50);
    assert.equal(messages()[0], "warning 0");
    emit(new Error("warning 0"));
    assert.equal(log.kept()[0]?.count, 2);
  });

  it("reads a stack when it is told and not before, but for one that holds an object of the app", () => {
    const reads: string[] = [];
    const warning = (name: string, more: object = {}) => {
      const error = Object.assign(new Error(name), more);
      Object.defineProperty(error, "stack", {
        get() {
          reads.push(name);
          return `Error: ${name}\n    at file:///srv/a%2Fb.js:1:1\n    at run (/srv/app.js:7:3)`;
        },
      });
      return error;
    };
    emit(warning("plain"));
    assert.deepEqual(reads, []);
    emit(warning("too many listeners", { emitter: {} }));
    assert.deepEqual(reads, ["too many listeners"]);
    const told = [describeWarnings(log.kept(), folder), describeWarnings(log.kept(), folder)];
    assert.deepEqual(reads, ["too many listeners", "plain"]);
    for (const { at } of told.flat()) {
      assert.deepEqual(at, { file: "/srv/app.js", line: 7, column: 3 });
    }
  });

  it("tells of a warning whose stack can't be read", () => {
    const error = new Error("odd");
    Object.defineProperty(error, "stack", {
      get() {
        throw new Error("not to be read");
      },
    });
    emit(error);
    assert.deepEqual(describeWarnings(log.kept(), folder), [{ name: "Error", message: "odd", count: 1 }]);
  });
});
