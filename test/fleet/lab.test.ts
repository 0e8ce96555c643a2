import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import { describeLab } from "../support/lab/labScene.ts";
import { poll } from "../support/process/until.ts";

const opener = fileURLToPath(new URL("../support/lab/holdLab.ts", import.meta.url));

/** The processes of namespaces. */
function processesIn(spaces: readonly string[]): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && spaces.includes(readlinkSync(`/proc/${name}/ns/pid`));
    } catch {
      return false; // It has ended meanwhile.
    }
  });
}

describeLab("the lab", {}, (scene) => {
  it("is none of the system's network, and leaves nothing when its process is killed", async () => {
    assert.ok(!JSON.stringify(networkInterfaces()).includes("10.77."), "the system has no address of the lab");
    const child = spawn(process.execPath, [opener], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(child, "exit");
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    const spaces = JSON.parse(said.toString()) as string[];
    const before = processesIn(spaces).length;
    child.kill("SIGKILL");
    await ended;
    assert.ok(before > 15, `only ${before} processes ran there`);
    await poll("all of it has ended", () => processesIn(spaces).length === 0);
  });

  it("has words of a command arrive as they are", async () => {
    const words = ["a b", "c'd", '"', "$HOME", "*", "`x`", "\\", "", "ä\n", "-n", ";"];
    const { stdout } = await scene.lab.over("web1")(["printf", "%s|", ...words], { deadlineMs: 20_000 });
    assert.equal(stdout, words.map((word) => `${word}|`).join(""));
  });
});

describeLab("a machine that dies", { own: true }, (scene) => {
  it("takes along what it was answering, and nothing else", async () => {
    const { lab } = scene;
    const connections = 20;
    const loads = [await scene.load(lab.nginx, { connections }), await scene.load(lab.haproxy, { connections })];
    await Promise.all(loads.map((load) => load.until("1", 200)));
    await lab.machines[2]?.die();
    for (const load of loads) {
      await load.until("1", 2_000);
      // Each connection may have lost the one request that was at the machine, and none that came later.
      const { failed, failures } = await load.stop();
      assert.ok(failed <= connections, `${failed} failed: ${failures.join("; ")}`);
    }
    const { code, stderr } = await lab.over("web3")(["true"], { deadlineMs: 20_000 });
    assert.equal(code, 255);
    assert.match(stderr, /No route to host|timed out/);
  });
});
