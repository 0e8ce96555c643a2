import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchSupervisor } from "../../../src/client/launch/launchSupervisor.ts";
import { toHitlessError } from "../../../src/shared/errors.ts";
import { distFolder } from "../../support/paths.ts";
import { nodeProgramOf, usualNode } from "../../support/process/nodeMatrix.ts";
import { describeOn } from "../../support/process/scene.ts";

/** Only root on Linux can make a file system of a few kilobytes. */
const canMount = process.platform === "linux" && process.getuid?.() === 0;

describeOn([usualNode()], "a disk that is full where endpoint files go", (scene) => {
  (canMount ? it : it.skip)("refuses the start, names the reason and leaves nothing", async () => {
    const folder = join(scene.stage.folder, "tiny");
    mkdirSync(folder, { mode: 0o700 });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k,mode=700", "tmpfs", folder]);
    scene.stage.onClose(() => {
      execFileSync("umount", ["-l", folder]);
    });
    try {
      writeFileSync(join(folder, "ballast"), Buffer.alloc(65_536));
    } catch (error) {
      assert.match(String(error), /ENOSPC/);
    }
    const node = await nodeProgramOf(usualNode());
    const entry = join(scene.stage.folder, "server.js");
    writeFileSync(entry, "require('node:http').createServer().listen(0);");
    const recipe = {
      name: "full",
      entry,
      cwd: scene.stage.folder,
      workers: 1,
      args: [],
      env: {},
      nodeArgs: [],
      waitReady: false,
      readyTimeout: 5_000,
      drainTimeout: 1_000,
      killTimeout: 1_000,
      surge: 1,
      maxRestarts: 1,
    };
    const failed = await launchSupervisor({
      recipe,
      node,
      supervisorFile: join(distFolder, "supervisor.cjs"),
      version: "0",
      detached: false,
      folder,
    }).then(
      () => undefined,
      (error: unknown) => toHitlessError(error),
    );
    assert.match(`${failed?.code}: ${failed?.message}`, /runtimeFolder|ENOSPC|no space/i);
    assert.deepEqual(
      readdirSync(folder).filter((name) => /\.(json|sock|tmp|lock)$/.test(name)),
      [],
    );
  });
});
