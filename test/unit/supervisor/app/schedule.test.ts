import assert from "node:assert/strict";
import { checkSchedule } from "../../../../src/supervisor/app/checkSchedule.ts";
import { Schedule } from "../../../../src/supervisor/app/schedule.ts";

describe("schedule", () => {
  it("tells when it is time, by the latest pattern, and says when that is next", async () => {
    const said: string[] = [];
    let come: (pattern: string) => void = () => undefined;
    const due = new Promise<string>((resolve) => {
      come = resolve;
    });
    const schedule = new Schedule({ events: { log: (_level, _code, message) => said.push(message) }, due: come });
    await schedule.follow("0 0 1 1 *");
    await schedule.follow("0 0 1 1 *");
    const inYears = new Date(schedule.nextAt ?? 0);
    assert.deepEqual([inYears.getMonth(), inYears.getDate(), inYears.getHours()], [0, 1, 0]);
    await schedule.follow("*/1 * * * * *");
    assert.equal(await due, "*/1 * * * * *");
    await schedule.follow(undefined);
    assert.equal(schedule.nextAt, undefined);
    assert.deepEqual(
      said.map((text) => text.replace(/: 2\d{3}-.*/, ": then")),
      ["the next reload by schedule (0 0 1 1 *): then", "the next reload by schedule (*/1 * * * * *): then"],
    );
  });

  it("refuses what is no pattern, or never comes, and says why", async () => {
    await checkSchedule(undefined);
    await checkSchedule("0 4 * * MON-FRI");
    const wrong = { "61 * * * *": /schedule: 61 \* \* \* \* is no cron pattern: .*61/, "0 0 30 2 *": /never comes/ };
    for (const [pattern, problem] of Object.entries(wrong)) {
      await assert.rejects(checkSchedule(pattern), { code: "badConfig", message: problem });
    }
  });
});
