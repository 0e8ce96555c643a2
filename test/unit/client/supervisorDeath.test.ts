import assert from "node:assert/strict";
import { SupervisorDeaths } from "../../../src/client/launch/supervisorDeath.ts";

describe("the deaths of a supervisor", () => {
  it("are made good five times within a minute, and again when they are older", () => {
    const deaths = new SupervisorDeaths();
    const rows: [at: number, isStartedAgain: boolean][] = [
      [0, true],
      [10_000, true],
      [20_000, true],
      [30_000, true],
      [40_000, true],
      [59_999, false],
      [60_000, false],
      [70_000, false],
      [120_000, true],
      [120_001, true],
    ];
    for (const [at, isStartedAgain] of rows) {
      assert.equal(deaths.add(at), isStartedAgain, `${at}`);
    }
  });
});
