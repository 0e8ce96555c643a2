import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/process/freePort.ts";
import { startNewcomers } from "../../support/process/newcomers.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, describeOn, type Scene } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import { poll } from "../../support/process/until.ts";
import { findProgram } from "../../support/programs.ts";
import { ensureSystem, programNeed } from "../../support/systemPackages.ts";

const places = ["nginx", "/usr/sbin/nginx"];
const restarts = 5;

/** Debian's own nginx, with nothing but two upstreams: one is restarted, the other serves on. */
async function startNginx(scene: Scene, upstreams: readonly number[]): Promise<number> {
  const { folder } = scene.stage;
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `
daemon off;
${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 2000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream app { ${upstreams.map((upstream) => `server 127.0.0.1:${upstream} fail_timeout=0;`).join(" ")} }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app;
      proxy_next_upstream error timeout;
    }
  }
}
`,
  );
  const nginx = spawn(findProgram(places) ?? "nginx", ["-p", folder, "-c", file], { stdio: "inherit" });
  scene.stage.onClose(() => end(nginx));
  await poll("nginx answers", () => askFixture({ port }).then(Boolean, () => false));
  return port;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

for (const scheduling of ["roundRobin", "shared"] as const) {
  describeOn([usualNode()], `behind nginx, scheduling ${scheduling}`, (scene) => {
    before(async function () {
      if (process.platform !== "linux") {
        this.skip(); // Elsewhere nginx may not be there, and can't be installed from here.
      }
      this.timeout(300_000);
      await ensureSystem([programNeed("nginx-light", () => findProgram(places) !== null)], "this test");
    });

    it("a POST during a restart is answered by the other upstream, and never with 502", async () => {
      const apps = [];
      for (const folderName of ["restarted", "other"]) {
        const config = { name: folderName, workers: 2, scheduling };
        apps.push(await scene.run({ fixture: "plain", folderName, config }));
      }
      const [app] = apps;
      assert.ok(app);
      const port = await startNginx(
        scene,
        apps.map((one) => one.port),
      );
      const newcomers = startNewcomers({ target: { port }, clients: 20 });
      scene.stage.onClose(async () => void (await newcomers.stop()));
      for (let round = 1; round <= restarts; round += 1) {
        await newcomers.untilAnswers(200, 100);
        assertOutcome(await app.client.request("app/renew", { kind: "restart" }), "completed");
      }
      await newcomers.untilAnswers(200, 100);
      const { statuses, failed, refused, failures } = await newcomers.stop();
      assert.deepEqual(Object.keys(statuses), ["200"], JSON.stringify(statuses));
      assert.deepEqual({ failed, refused, failures }, { failed: 0, refused: 0, failures: [] });
    });
  });
}
