import assert from "node:assert/strict";
import type { CollectedPulse, LayerAnswer } from "../../../../src/shared/layers/collected.ts";
import { workerMessageCommand as cmd, type ToWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { LayerQuestions } from "../../../../src/supervisor/worker/layerQuestions.ts";

const answer = { kind: "pulse", ...({} as CollectedPulse) } as LayerAnswer;

describe("questions about the layers of a worker", () => {
  let sent: Extract<ToWorkerBody, { type: "layers" }>[];

  const ask = (reachable = true) =>
    new LayerQuestions("worker 3", (body) => {
      if (body.type === "layers") {
        sent.push(body);
      }
      return reachable;
    });

  beforeEach(() => {
    sent = [];
  });

  it("are answered each by its own answer, in whatever order", async () => {
    const questions = ask();
    const first = questions.ask({ kind: "pulse" }, 1_000);
    const second = questions.ask({ kind: "pulse" }, 1_000);
    const [one = 0, two = 0] = sent.map(({ id }) => id);
    const other = { ...answer };
    questions.answered({ cmd, type: "layers", id: two, answer: other });
    questions.answered({ cmd, type: "layers", id: two, error: "a second answer is none" });
    questions.answered({ cmd, type: "layers", id: one, answer });
    assert.equal(await second, other);
    assert.equal(await first, answer);
  });

  it("fail with the worker's name when it is too late, gone, or not to be reached", async () => {
    const late = { code: "deadline", message: /^worker 3 did not answer within 5 ms: its event loop is blocked/ };
    await assert.rejects(ask().ask({ kind: "facts" }, 5), late);
    const questions = ask();
    const asked = questions.ask({ kind: "facts" }, 1_000);
    questions.workerGone();
    await assert.rejects(asked, { code: "invalidState", message: /^worker 3 ended/ });
    await assert.rejects(ask(false).ask({ kind: "facts" }, 1_000), {
      code: "invalidState",
      message: /^worker 3 can't/,
    });
  });

  it("are ended, if they take long, before the worker goes", async () => {
    const questions = ask();
    const asked = questions.ask({ kind: "facts" }, 1_000);
    questions.workerLeaves();
    assert.equal(sent.length, 1);
    const sampled = questions.ask({ kind: "sample", seconds: 60, timeline: false }, 1_000);
    questions.workerLeaves();
    assert.deepEqual(sent[2]?.ask, { kind: "endSample" });
    let ends = "";
    questions.whenSampled(() => {
      ends += "goes,";
    });
    assert.equal(ends, "");
    questions.workerGone();
    await Promise.all([asked, sampled].map((each) => assert.rejects(each)));
    questions.whenSampled(() => {
      ends += "goes at once";
    });
    assert.equal(ends, "goes,goes at once");
  });

  it("fail with what the collector said, and when it answers something else", async () => {
    const questions = ask();
    const failing = questions.ask({ kind: "facts" }, 1_000);
    const mistaken = questions.ask({ kind: "facts" }, 1_000);
    const [one = 0, two = 0] = sent.map(({ id }) => id);
    questions.answered({ cmd, type: "layers", id: one, error: "no profiler" });
    questions.answered({ cmd, type: "layers", id: two, answer });
    await assert.rejects(failing, { code: "internal", message: /no profiler/ });
    await assert.rejects(mistaken, { code: "internal", message: /answered pulse to facts/ });
  });
});
