import assert from "node:assert/strict";
import type { AgentHost } from "../../../src/client/agents/agentHost.ts";
import { boundedAnswer } from "../../../src/client/agents/boundedAnswer.ts";
import { isAtLeast, quotedLine, withoutSecrets } from "../../../src/client/agents/quotedLines.ts";
import { runTool } from "../../../src/client/agents/runTool.ts";
import { HitlessError } from "../../../src/shared/errors.ts";

const nobody: AgentHost = {
  list: async () => [],
  connect: () => Promise.reject(new Error("nobody is there")),
  startable: async () => [],
  start: () => Promise.reject(new Error("nothing to start")),
  ruleText: async () => "text",
  ruleIds: async () => ["exit-before-close"],
};

describe("what agents are told", () => {
  it("hides what looks like a secret in lines of output", () => {
    const hidden: readonly (readonly [written: string, told: string])[] = [
      ["connect postgres://me:s3cret@db:5432/x", "connect postgres://‹hidden›@db:5432/x"],
      ['{"password":"a b","user":"me"}', '{"password":"‹hidden›","user":"me"}'],
      ["DB_PASSWORD=hunter2 PORT=1", "DB_PASSWORD=‹hidden› PORT=1"],
      ["Authorization: Bearer abc.def", "Authorization: ‹hidden›"],
      ["a token expired", "a token expired"],
      ["\u001b[1mpassword\u001b[22m: \u001b[32m'hunter2'\u001b[39m", "password: '‹hidden›'"],
      [`${"\u001b[31m".repeat(1_000)}token=hunter2`, "token=‹hidden›"],
      ['{\\"password\\":\\"a\\",\\"b\\":1}', '{\\"password\\":\\"‹hidden›\\",\\"b\\":1}'],
      ['{"password":"a\\"b"}', '{"password":"‹hidden›"}'],
      ["Cookie: a=b; sid=hunter2", "Cookie: ‹hidden›"],
      ["'set-cookie': [ 'sid=hunter2; Path=/', 'x=1' ] }", "'set-cookie': ‹hidden›] }"],
      ["Authorization: token hunter2", "Authorization: ‹hidden›"],
      ["AWS_SECRET_ACCESS_KEY=hunter2 PORT=1", "AWS_SECRET_ACCESS_KEY=‹hidden› PORT=1"],
      ["{ secretAccessKey: 'hunter2' }", "{ secretAccessKey: '‹hidden›' }"],
      ["token=", "token="],
      ["see https://example.com/a@b", "see https://example.com/a@b"],
      ["plain", "plain"],
    ];
    for (const [written, told] of hidden) {
      assert.equal(withoutSecrets(written), told);
    }
  });

  it("says of each line who wrote it, and of which level it is", () => {
    const line = { time: 0, worker: 7, slot: 1, generation: 4 };
    const warned = quotedLine({ ...line, stream: "stdout", text: '{"level":40,"msg":"slow"}' });
    assert.deepEqual(
      [warned.time, warned.from, warned.level],
      ["1970-01-01T00:00:00.000Z", "worker 1·4, stdout", "warn"],
    );
    assert.equal(quotedLine({ ...line, stream: "stderr", text: "boom" }).level, "error");
    assert.deepEqual([isAtLeast("warn", "info"), isAtLeast("info", "warn")], [true, false]);
  });

  it("is bounded, without control characters and queries", () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => ({
      text: `\u001b[31m${index}${"x".repeat(5_000)}\u0007`,
    }));
    const bounded = JSON.stringify(boundedAnswer({ lines, url: "kept", requests: [{ url: "/a?token=b" }] }));
    assert.ok(bounded.length < 41_000);
    assert.doesNotMatch(bounded, /\\u001b|\\u0007|token=b/);
    assert.match(bounded, /more characters\).*\(\d+ more\)/);
  });

  it("names the field that is wrong, and what was meant", async () => {
    const { signal } = new AbortController();
    const error = async (name: string, input: unknown) => {
      const { failed, data } = await runTool(nobody, name, input, signal);
      assert.equal(failed, true);
      return JSON.stringify(data.error);
    };
    assert.match(await error("list_app", {}), /did you mean list_apps/);
    assert.match(await error("app_status", {}), /app: Invalid key/);
    assert.match(await error("read_logs", { app: "api", lines: 1e6 }), /lines: Invalid value/);
    assert.match(await error("read_logs", { app: "api", since: "yesterday" }), /since: must be a time/);
    assert.match(await error("app_status", { app: "api", shell: "x" }), /shell: Invalid key/);
    assert.match(await error("app_status", { app: "api" }), /none that runs is called/);
    assert.match(await error("explain_rule", { rule: "exit-before-clos" }), /did you mean exit-before-close/);
  });

  it("hides in errors what an app wrote before it failed", async () => {
    const failing: AgentHost = {
      ...nobody,
      start: () => Promise.reject(new HitlessError("invalidState", "bad URL a://b:c@d", { detail: ["token=hunter2"] })),
    };
    const { data } = await runTool(failing, "start_app", {}, new AbortController().signal);
    assert.deepEqual(data.error, {
      code: "invalidState",
      message: "bad URL a://‹hidden›@d",
      detail: ["token=‹hidden›"],
    });
  });

  it("is nothing once it was cancelled", async () => {
    const { failed, data } = await runTool(nobody, "list_apps", {}, AbortSignal.abort());
    assert.deepEqual([failed, (data.error as { code: string }).code], [true, "cancelled"]);
  });
});
