import assert from "node:assert/strict";
import type { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import { type LogChunk, logRingBytes } from "../../../src/shared/logs.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { residentBytes } from "../../support/process/processes.ts";
import { assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import { poll } from "../../support/process/until.ts";

const mebibyte = 1_048_576;

/** Reads on until the output holds this. */
async function readUntil(client: SupervisorClient, pattern: RegExp): Promise<LogChunk[]> {
  const chunks: LogChunk[] = [];
  let cursor = 0;
  await poll(
    () =>
      `the log holds ${pattern}; it holds ${JSON.stringify(
        chunks
          .map(({ text }) => text)
          .join("")
          .slice(-500),
      )}`,
    async () => {
      const answer = await client.request("logs/read", { cursor, waitMs: 500 });
      assert.equal(answer.skippedBytes, 0);
      cursor = answer.cursor;
      chunks.push(...answer.chunks);
      return pattern.test(chunks.map(({ text }) => text).join(""));
    },
  );
  return chunks;
}

describeOn([usualNode()], "the log", (scene) => {
  it("holds every line of every worker as it was written, with who wrote it", async () => {
    const { client, port } = await scene.run({ fixture: "printer", config: { workers: 1 } });
    await askFixture({ port }, "/print/5000");
    const chunks = await readUntil(client, /line 5000 früh 网 🙂\n$/);
    const expected = Array.from({ length: 5_000 }, (_, index) => `line ${index + 1} früh 网 🙂\n`).join("");
    assert.equal(chunks.map(({ text }) => text).join(""), expected);
    const [worker] = client.snapshot.workers;
    for (const chunk of chunks) {
      assert.deepEqual([chunk.worker, chunk.slot, chunk.generation, chunk.stream], [worker?.id, 1, 1, "stdout"]);
    }
    assert.ok(chunks.every(({ sequence }, index) => index === 0 || sequence > (chunks[index - 1]?.sequence ?? 0)));
  });

  it("never cuts a character, and keeps a line without its end", async () => {
    const { client, port } = await scene.run({ fixture: "printer", config: { workers: 1 } });
    const text = "é网🙂—no end";
    await askFixture({ port }, `/pieces/${encodeURIComponent(text)}`);
    const chunks = await readUntil(client, /no end$/);
    assert.equal(chunks.map((chunk) => chunk.text).join(""), text);
    assert.ok(chunks.length > 1, "it came in one piece");
    assert.ok(chunks.every((chunk) => !chunk.text.includes("\uFFFD")));
  });

  it("tells stderr from stdout, and one worker from another", async () => {
    const { client, port } = await scene.run({ fixture: "printer", config: { workers: 2 } });
    await Promise.all(Array.from({ length: 4 }, () => askFixture({ port }, "/error")));
    await readUntil(client, /(on stderr\n){4}/);
    for (const { id } of client.snapshot.workers) {
      const { chunks } = await client.request("logs/read", { cursor: 0, worker: id });
      assert.ok(chunks.length > 0);
      assert.ok(chunks.every(({ worker, stream }) => worker === id && stream === "stderr"));
    }
    const { chunks } = await client.request("logs/read", { lines: 1 });
    assert.equal(chunks.map(({ text }) => text).join(""), "on stderr\n");
  });

  it("a worker that prints 50 MB/s costs bounded memory and slows nobody else", async () => {
    const { client, port, endpoint } = await scene.run({ fixture: "printer", config: { workers: 2 } });
    const flooding = await askFixture({ port }, "/flood");
    // Connections are given out in turn: some of these are the other worker's.
    const strict = await scene.ask({ target: { port }, connections: 8, thinkMs: 2 });
    const quiet = client.snapshot.workers.find(({ pid }) => pid !== flooding.pid);
    assert.ok(quiet !== undefined);
    const printedEnough = async (): Promise<boolean> => {
      const { chunks, skippedBytes } = await client.request("logs/read", { cursor: 0, maxBytes: mebibyte });
      const kept = chunks.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
      assert.ok(kept <= 2 * logRingBytes, `${kept} bytes are kept`);
      return skippedBytes > 150 * mebibyte;
    };
    await poll("150 MiB went through", printedEnough, 60_000);
    const used = residentBytes(endpoint.pid);
    assert.ok(used === undefined || used < 250 * mebibyte, `the supervisor uses ${used} bytes`);
    await strict.untilAnswers(String(quiet.slot), 50);
    assertUnnoticed(await strict.stop());
  });
});

describeOn([usualNode()], "a library that talks to a cluster primary of its own", (scene) => {
  it("is warned of once, with its switch", async () => {
    const { client, port } = await scene.run({
      fixture: "misbehaving",
      config: { entry: "primaryProtocols.cjs", workers: 2 },
    });
    for (let asked = 0; asked < 6; asked += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
      assert.equal(await response.text(), "ok");
    }
    const told = async (): Promise<string[]> => {
      const { events } = await client.request("app/events", {});
      return events.flatMap(({ code, message }) => (code === "primaryProtocol" ? [message] : []));
    };
    await poll("both are told", async () => (await told()).length >= 2);
    const [log4js, adapter, ...more] = (await told()).sort((a, b) => b.localeCompare(a));
    assert.match(log4js ?? "", /^log4js expects .*disableClustering: true/);
    assert.match(adapter ?? "", /^@socket\.io\/cluster-adapter expects .*one worker/);
    assert.deepEqual(more, []);
  });
});
