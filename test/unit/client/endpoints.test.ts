import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listEndpoints } from "../../../src/client/launch/endpoints.ts";
import { type FakeSupervisor, fakeSupervisor } from "./fakeSupervisor.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

describe("listEndpoints", () => {
  let supervisors: FakeSupervisor[] = [];

  async function supervisorIn(folder: string, file: string, changes: object = {}): Promise<FakeSupervisor> {
    const supervisor = await fakeSupervisor(folder);
    supervisors.push(supervisor);
    writeFileSync(join(folder, file), JSON.stringify({ ...supervisor.endpoint, ...changes }));
    return supervisor;
  }

  afterEach(async () => {
    await Promise.all(supervisors.map((supervisor) => supervisor.close()));
    supervisors = [];
    removeTempFolders();
  });

  it("lists those that run, oldest first", async () => {
    const folder = tempFolder();
    await supervisorIn(folder, "a.json", { name: "young", startedAt: 20 });
    await supervisorIn(folder, "b.json", { name: "old", startedAt: 10 });
    const names = (await listEndpoints(folder)).map(({ name }) => name);
    assert.deepEqual(names, ["old", "young"]);
  });

  it("finds none in a folder that is not there", async () => {
    assert.deepEqual(await listEndpoints(join(tempFolder(), "none")), []);
  });

  it("removes the file and the socket of a process that is dead", async () => {
    const folder = tempFolder();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const { endpoint } = await supervisorIn(folder, "a.json", { pid });
    assert.deepEqual(await listEndpoints(folder), []);
    assert.equal(existsSync(join(folder, "a.json")), false);
    assert.equal(existsSync(endpoint.socket), false);
  });

  it("leaves the file alone that another supervisor puts in its place meanwhile", async () => {
    const folder = tempFolder();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const { endpoint } = await supervisorIn(folder, "live.json");
    const [file, draft] = [join(folder, "live.json"), join(folder, "draft")];
    for (let moment = 0; moment < 30; moment += 1) {
      writeFileSync(file, JSON.stringify({ ...endpoint, pid, socket: join(folder, "dead.sock") }));
      const looking = [1, 2, 3].map(() => listEndpoints(folder));
      await new Promise((resolve) => setTimeout(resolve, (moment % 15) / 10));
      writeFileSync(draft, JSON.stringify(endpoint));
      renameSync(draft, file);
      await Promise.all(looking);
      assert.equal((await listEndpoints(folder)).length, 1, `moment ${moment}`);
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith("tmp")),
      [],
    );
  });

  it("lists one whose process another container counts", async () => {
    const folder = tempFolder();
    await supervisorIn(folder, "a.json", { pid: 999_999_999, pidSpace: "another" });
    assert.deepEqual(
      (await listEndpoints(folder)).map(({ pid }) => pid),
      [999_999_999],
    );
  });

  it("removes the file of a live process at whose socket nobody listens", async () => {
    const folder = tempFolder();
    await supervisorIn(folder, "a.json", { socket: join(folder, "nobody.sock") });
    assert.deepEqual(await listEndpoints(folder), []);
    assert.equal(existsSync(join(folder, "a.json")), false);
  });

  it("removes what it can't read, unless it may still be being written", async () => {
    const folder = tempFolder({ "half.json": '{"pid":', "old.json": "{", "other.json": '{"pid":999999999}' });
    for (const name of ["old.json", "other.json"]) {
      utimesSync(join(folder, name), 1, 1);
    }
    assert.deepEqual(await listEndpoints(folder), []);
    assert.deepEqual(readdirSync(folder), ["half.json"]);
  });

  it("leaves the file of a live supervisor of another Hitless alone", async () => {
    const folder = tempFolder({ "future.json": JSON.stringify({ pid: process.pid, protocolVersion: 9, pipe: "x" }) });
    utimesSync(join(folder, "future.json"), 1, 1);
    assert.deepEqual(await listEndpoints(folder), []);
    assert.deepEqual(readdirSync(folder), ["future.json"]);
  });
});
