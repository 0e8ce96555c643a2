import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { Agent, get } from "node:https";
import { join, relative } from "node:path";
import type { LayerFacts } from "../../../src/shared/layers/facts.ts";
import { projectRoot } from "../../support/paths.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { isAlive } from "../../support/process/processes.ts";
import { describeOn } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, within } from "../../support/process/until.ts";
import { canary, runLayersApp } from "./layersApp.ts";

/** An addon that is there anyway, made for this platform; none on Windows, where those that are not loaded by `require` are not named. */
function someAddon(): string | undefined {
  if (process.platform === "win32") {
    return undefined;
  }
  const scope = join(projectRoot, "node_modules", "@oxc-parser");
  for (const name of readdirSync(scope).filter((found) => found.startsWith("binding-"))) {
    const file = readdirSync(join(scope, name)).find((found) => found.endsWith(".node"));
    if (file !== undefined) {
      return join(scope, name, file);
    }
  }
  throw new Error(`There is no addon under ${scope}.`);
}

function modulesOf({ code }: LayerFacts, app: TestApp): Record<string, string> {
  return Object.fromEntries(
    code.modules.map(({ file, kind, package: owner }) => [
      relative(app.folder, file).replaceAll("\\", "/"),
      owner === undefined ? kind : `${kind} of ${owner}`,
    ]),
  );
}

describeOn(testedNodes(), "the facts of the layers", (scene) => {
  it("are those of the worker, from its code down to its system", async () => {
    const addon = someAddon();
    const app = await runLayersApp(scene, {
      entry: "inventory.mjs",
      nodeArgs: ["--no-warnings"],
      env: addon === undefined ? {} : { ADDON: addon },
    });
    const facts = await app.client.request("layers/facts", {});

    const linked = "esm/node_modules/.pnpm/linked-package@4.5.6/node_modules/linked-package";
    assert.deepEqual(modulesOf(facts, app), {
      "inventory.mjs": "esm",
      "own.mjs": "esm",
      "own.cjs": "cjs",
      "package.json": "json",
      [`${linked}/index.js`]: "esm of linked-package",
    });
    assert.deepEqual(facts.code.packages, [
      { name: "linked-package", version: "4.5.6", folder: join(app.folder, linked), modules: 1, bytes: 31 },
    ]);
    assert.deepEqual([facts.code.esm, facts.code.cjs, facts.code.own.modules, facts.code.unlisted], [3, 1, 4, 0]);
    assert.equal(facts.code.esmCostMs, undefined);
    assert.equal(facts.code.entry, join(app.folder, "inventory.mjs"));
    assert.ok(facts.code.environmentNames.includes("CANARY"));

    const { api, bindings, dependencies, os } = facts;
    assert.equal(api.version, `v${scene.node.version}`);
    assert.ok(api.status !== undefined && api.endOfLife !== undefined);
    // Not Hitless's own flags.
    assert.deepEqual(api.flags, ["--no-warnings"]);
    assert.ok(
      ["fs", "http", "net"].every((name) => api.builtins.includes(name)),
      String(api.builtins),
    );
    // What the collector itself has loaded is none of the app's.
    assert.deepEqual(
      api.builtins.filter((name) => name === "dns" || name.startsWith("internal/")),
      [],
    );
    assert.ok(
      ["fs", "tcp_wrap"].every((name) => bindings.internal.includes(name)),
      String(bindings.internal),
    );
    assert.deepEqual(
      bindings.addons.map(({ file, interface: kind, rebuild }) => ({ file, kind, rebuild })),
      addon === undefined ? [] : [{ file: addon, kind: "napi", rebuild: false }],
    );
    for (const { package: owner, version } of bindings.addons) {
      assert.match(owner ?? "", /^@oxc-parser\/binding-/);
      assert.ok(version !== undefined);
    }
    const versions = new Map(dependencies.versions.map(({ name, version }) => [name, version]));
    assert.equal(`v${versions.get("node")}`, api.version);
    assert.equal(versions.get("modules"), bindings.abi);
    assert.ok(["v8", "uv", "openssl", "llhttp", "zlib"].every((name) => versions.has(name)));
    assert.ok(dependencies.ciphers > 0 && dependencies.threadPoolSize === 4);
    assert.ok(os.cpus > 0 && os.memoryTotal > 0);
    assert.equal(os.platform, process.platform);
  });
});

/** As many as V8 would tell of only after blocking the event loop for more than 100 ms. */
const manyModules = 3_000;

/** An app of so many ES modules. */
function manyEsModules(): Record<string, string> {
  const names = Array.from({ length: manyModules }, (_, index) => `many/${index}.mjs`);
  const server =
    'import { createServer } from "node:http";\ncreateServer((_, response) => response.end()).listen(Number(process.env.PORT));\n';
  return {
    ...Object.fromEntries(names.map((name) => [name, "export default 1;\n"])),
    "many.mjs": names.map((name) => `import "./${name}";\n`).join("") + server,
  };
}

describeOn(testedNodes(), "the facts of an app with many ES modules", (scene) => {
  it("leave those out, and say how long it would have blocked the worker to list them", async () => {
    const app = await runLayersApp(scene, { entry: "many.mjs", readyTimeout: 30_000 * patience }, manyEsModules());
    const { code } = await app.client.request("layers/facts", {});
    assert.ok(code.esmCostMs !== undefined && code.esmCostMs > 100, `${code.esmCostMs} ms`);
    assert.deepEqual([code.esm, code.modules], [0, []]);
    assert.equal((await app.client.request("layers/pulse", {})).code.modules, 0);
  });
});

/** Warns before it listens, also of what is no error, and printing it is Node's business. */
const warnsAtBoot = `
import { createServer } from "node:http";
process.emitWarning("before anybody looks");
process.emit("warning", "text only");
createServer((_, response) => response.end()).listen(Number(process.env.PORT));
`;

describeOn(testedNodes(), "the API of a worker", (scene) => {
  it("tells of warnings at the boot, which Node prints as ever, and of the flags in NODE_OPTIONS", async () => {
    const app = await runLayersApp(
      scene,
      {
        entry: "boot.mjs",
        nodeArgs: ["--stack-trace-limit=20"],
        env: { NODE_OPTIONS: '--max-http-header-size=20000 --title="two words"' },
      },
      { "boot.mjs": warnsAtBoot },
    );
    const { api } = await app.client.request("layers/facts", {});
    assert.deepEqual(
      api.warnings.map(({ name, message, at, count }) => [name, message, at?.file, at?.line, count]),
      [
        ["Warning", "text only", undefined, undefined, 1],
        ["Warning", "before anybody looks", join(app.folder, "boot.mjs"), 3, 1],
      ],
    );
    assert.equal((await app.client.request("layers/pulse", {})).api.warnings, 2);
    assert.deepEqual(api.flags, ["--max-http-header-size=20000", "--title=two words", "--stack-trace-limit=20"]);
    await poll("the warning is printed", async () => {
      const { chunks } = await app.client.request("logs/read", { lines: 100 });
      const printed = chunks.map(({ text }) => text).join("");
      return printed.split("Warning: before anybody looks").length === 2;
    });
  });
});

const speaksTls = `
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
const read = (name) => readFileSync(process.env.CERTIFICATES + name);
const options = { key: read("key.pem"), cert: read("cert.pem") };
createServer(options, (_, response) => response.end()).listen(Number(process.env.PORT));
`;

describeOn(testedNodes(), "the TLS of a worker", (scene) => {
  it("is that of the connections to its servers", async () => {
    const env = { CERTIFICATES: join(projectRoot, "test", "fixtures", "protocols", "/") };
    const app = await runLayersApp(scene, { entry: "secure.mjs", env }, { "secure.mjs": speaksTls });
    const openssl = async () => (await app.client.request("layers/pulse", {})).openssl;
    assert.deepEqual(await openssl(), { tlsSockets: 0 });
    const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
    const visit = () =>
      new Promise<void>((resolve, reject) => {
        const request = get({ port: app.port, host: "127.0.0.1", agent }, (response) => {
          response.once("close", resolve).resume();
        });
        request.once("error", reject);
      });
    try {
      await Promise.all([visit(), visit()]);
      let seen = {};
      await poll("the sessions are told of", async () => {
        seen = await openssl();
        return "sessions" in seen;
      });
      assert.deepEqual(seen, {
        tlsSockets: 2,
        sessions: { full: 2, resumed: 0, protocols: [{ name: "TLSv1.3", count: 2 }] },
      });
    } finally {
      agent.destroy();
    }
    await poll("the connections are closed", async () => (await openssl()).tlsSockets === 0);
  });
});

describeOn([usualNode()], "the layers of a worker", (scene) => {
  it("never hold the value of an environment variable", async () => {
    const app = await runLayersApp(scene);
    const told = [
      await app.client.request("layers/facts", {}),
      await app.client.request("layers/pulse", {}),
      await app.client.request("layers/sample", { seconds: 1 }),
    ];
    assert.ok(JSON.stringify(told).includes('"CANARY"'));
    assert.ok(!JSON.stringify(told).includes(canary));
  });

  it("tell what moves, and of warnings with the app's own line", async () => {
    const app = await runLayersApp(scene, { entry: "inventory.mjs", nodeArgs: ["--no-warnings"] });
    const first = await app.client.request("layers/pulse", {});
    assert.equal(first.api.requestsPerSecond, undefined);
    for (let request = 0; request < 3; request += 1) {
      await (await fetch(`http://127.0.0.1:${app.port}/`)).text();
    }
    let second = first;
    // A second look that comes too soon is answered with the first.
    await poll("the requests are told of", async () => {
      second = await app.client.request("layers/pulse", {});
      return (second.api.requestsPerSecond ?? 0) > 0;
    });
    assert.ok(second.takenAt > first.takenAt);
    assert.equal(second.api.warnings, 3);
    assert.ok(second.v8.heapUsed > 0 && second.v8.spaces.length > 3 && second.os.rss > 0);
    const { utilisation = -1 } = second.uv;
    assert.ok(utilisation >= 0 && utilisation <= 1);
    const { api } = await app.client.request("layers/facts", {});
    assert.deepEqual(
      api.warnings.map(({ name, code, message, at, count }) => ({
        name,
        code,
        message,
        file: at?.file,
        line: at?.line,
        count,
      })),
      [
        {
          name: "DeprecationWarning",
          code: "OWN01",
          message: "the old way",
          file: join(app.folder, "inventory.mjs"),
          line: 14,
          count: 3,
        },
      ],
    );
  });

  it("are asked for in vain of a worker that is blocked, that is gone, or that there is not", async () => {
    const app = await runLayersApp(scene, { unresponsiveAfter: 0 });
    const { client } = app;
    await client.request("layers/facts", {});
    const blocked = fetch(`http://127.0.0.1:${app.port}/?block=60000`).catch(() => undefined);
    // Its event loop is blocked as soon as the request has come to it.
    await poll("the worker does not answer", () =>
      client.request("layers/pulse", {}, { deadlineMs: 500 }).then(
        () => false,
        () => true,
      ),
    );
    await assert.rejects(client.request("layers/pulse", {}), {
      code: "deadline",
      message: /worker 1 · gen 1 did not answer within 3000 ms: its event loop is blocked/,
    });
    const [{ pid, id } = { pid: 0, id: 0 }] = client.snapshot.workers;
    const asked = client.request("layers/facts", { worker: id });
    const refused = assert.rejects(asked, {
      code: "invalidState",
      message: /worker 1 · gen 1 ended before it could answer/,
    });
    await client.request("app/killWorker", { worker: id });
    await within("the refusal", refused);
    await poll("the worker is gone", () => !isAlive(pid));
    await blocked;
    await assert.rejects(client.request("layers/facts", { worker: 999 }), { code: "workerNotFound" });
  });
});
