import assert from "node:assert/strict";
import { basename, delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { NodeProgram } from "../../../src/client/node/nodeProgram.ts";
import { buildRecipe } from "../../../src/client/recipe/recipe.ts";
import { type AppConfig, appDefaults } from "../../../src/shared/appConfig.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

const node = (version: string): NodeProgram => ({ path: "/usr/bin/node", version, source: "PATH" });

function recipeIn(folder: string, config: AppConfig, version = "v24.1.0", environment: NodeJS.ProcessEnv = {}) {
  return buildRecipe(config, { folder, node: node(version), environment });
}

describe("buildRecipe", () => {
  afterEach(removeTempFolders);

  it("fills in every default", async () => {
    const folder = tempFolder({ "server.js": "", "package.json": '{"name":"api"}' });
    const { autoStart: _, ...defaults } = appDefaults;
    assert.deepEqual(await recipeIn(folder, {}), {
      ...defaults,
      name: "api",
      entry: join(folder, "server.js"),
      cwd: folder,
      args: [],
      env: { npm_package_json: join(folder, "package.json"), npm_package_name: "api" },
      nodeArgs: [],
    });
  });

  it("keeps what was written", async () => {
    const folder = tempFolder({ "web/run.mjs": "" });
    const config: AppConfig = {
      name: "shop",
      entry: "run.mjs",
      cwd: "web",
      workers: "max",
      args: ["--port", "1"],
      nodeArgs: ["--enable-source-maps"],
      waitReady: true,
      readyUrl: "http://127.0.0.1:1/up",
      readyTimeout: 1,
      drainTimeout: 0,
      killTimeout: 0,
      surge: 1,
      maxRestarts: 0,
    };
    const { cwd, entry, ...rest } = config;
    const { autoStart: _, ...defaults } = appDefaults;
    const paths = { cwd: join(folder, "web"), entry: join(folder, "web", "run.mjs") };
    assert.deepEqual(await recipeIn(folder, config), { ...defaults, ...rest, ...paths, env: {} });
  });

  it("names an app without a package after its folder", async () => {
    const folder = tempFolder({ "项目 1!/server.js": "" });
    assert.equal((await recipeIn(folder, { cwd: "项目 1!" })).name, "项目 1-");
    const plain = tempFolder({ "server.js": "" });
    assert.equal((await recipeIn(plain, {})).name, basename(plain));
  });

  it("takes the start script's flags, arguments and variables when no entry is written", async () => {
    const scripts = { start: "PORT=1 node --enable-source-maps server.js here" };
    const folder = tempFolder({ "server.js": "", "package.json": JSON.stringify({ scripts }) });
    const found = await recipeIn(folder, {});
    const { PATH, ...env } = found.env;
    assert.deepEqual(
      [found.nodeArgs, found.args, env],
      [
        ["--enable-source-maps"],
        ["here"],
        {
          PORT: "1",
          npm_package_json: join(folder, "package.json"),
          npm_lifecycle_event: "start",
          npm_lifecycle_script: scripts.start,
        },
      ],
    );
    assert.equal(PATH?.split(delimiter)[0], join(folder, "node_modules", ".bin"));
    const named = await recipeIn(folder, { entry: "server.js" });
    assert.deepEqual([named.nodeArgs, named.args, named.env], [[], [], {}]);
  });

  it("has what npm says of the package", async () => {
    const manifest = { name: "@acme/api", version: "1.2.3", config: { port: 80 }, engines: { node: ">=20" } };
    const folder = tempFolder({ "server.js": "", "package.json": JSON.stringify(manifest) });
    const { env } = await recipeIn(folder, { entry: "server.js" }, "v24.1.0", { npm_package_version: "old" });
    assert.deepEqual(env, {
      npm_package_json: join(folder, "package.json"),
      npm_package_name: "@acme/api",
      npm_package_version: "1.2.3",
      npm_package_config_port: "80",
      npm_package_engines_node: ">=20",
    });
  });

  it("reads the files of variables that the script names: a person's variables win unless it says otherwise", async () => {
    const files = { "server.js": "", ".env": "A=file\nB=file", ".env.local": "A=local" };
    const envOf = async (start: string) => {
      const folder = tempFolder({ ...files, "package.json": JSON.stringify({ scripts: { start } }) });
      const { env } = await recipeIn(folder, { env: { C: "config" } }, "v24.1.0", { B: "shell", C: "shell" });
      return [env.A, env.B, env.C];
    };
    assert.deepEqual(await envOf("dotenv -e .env.local -e .env -- node server.js"), ["local", "shell", "config"]);
    assert.deepEqual(await envOf("env-cmd node server.js"), ["file", "file", "config"]);
    assert.deepEqual(await envOf("A=script dotenv -- node server.js"), ["script", "shell", "config"]);
  });

  it("runs in the folder that the script changes to", async () => {
    const start = "cd api && node server.js";
    const folder = tempFolder({ "api/server.js": "", "package.json": JSON.stringify({ scripts: { start } }) });
    const { cwd, entry } = await recipeIn(folder, {});
    assert.deepEqual([cwd, entry], [join(folder, "api"), join(folder, "api", "server.js")]);
  });

  it("lets Yarn's resolver in where there is no node_modules", async () => {
    const folder = tempFolder({ "server.js": "", ".pnp.cjs": "", ".pnp.loader.mjs": "" });
    const { nodeArgs } = await recipeIn(folder, {});
    assert.deepEqual(nodeArgs, [
      "--require",
      join(folder, ".pnp.cjs"),
      "--experimental-loader",
      pathToFileURL(join(folder, ".pnp.loader.mjs")).href,
    ]);
    const byYarn = await recipeIn(folder, {}, "v24.1.0", { NODE_OPTIONS: `--require ${join(folder, ".pnp.cjs")}` });
    assert.deepEqual(byYarn.nodeArgs, []);
  });

  it("tells programs of the terminal that shows their output, unless the person has", async () => {
    const folder = tempFolder({ "server.js": "" });
    const envOf = async (environment: NodeJS.ProcessEnv) =>
      (await buildRecipe({}, { folder, node: node("v24.1.0"), environment, terminal: { columns: 99 } })).env;
    assert.deepEqual(await envOf({ TERM: "xterm-256color" }), {
      TERM: "xterm-256color",
      FORCE_COLOR: "2",
      COLUMNS: "99",
    });
    assert.deepEqual(await envOf({ NO_COLOR: "1", COLUMNS: "5" }), { NO_COLOR: "1", COLUMNS: "5" });
    assert.deepEqual(await envOf({ FORCE_COLOR: "0" }), { FORCE_COLOR: "0", COLUMNS: "99" });
  });

  it("cleans the environment, and lets envFile win over it and env over both", async () => {
    const folder = tempFolder({ "server.js": "", ".env": 'A=file\nB="from file"\n# C=no\n' });
    const environment = {
      A: "shell",
      B: "shell",
      D: "shell",
      ELECTRON_RUN_AS_NODE: "1",
      VSCODE_PID: "1",
      NODE_UNIQUE_ID: "1",
      NODE_CHANNEL_FD: "3",
      HITLESS_WORKER: "1",
      NODE_OPTIONS: "--max-old-space-size=99",
    };
    const { env } = await recipeIn(folder, { envFile: ".env", env: { A: "written" } }, "v24.1.0", environment);
    assert.deepEqual(env, { A: "written", B: "from file", D: "shell", NODE_OPTIONS: "--max-old-space-size=99" });
  });

  it("names the entry, the folder or the file that is not there", async () => {
    const folder = tempFolder({ "server.js": "" });
    await assert.rejects(recipeIn(folder, { entry: "gone.js" }), { code: "entryNotFound", message: /gone\.js/ });
    await assert.rejects(recipeIn(folder, { cwd: "gone" }), { code: "badConfig", message: /^cwd: .*gone/ });
    await assert.rejects(recipeIn(folder, { envFile: ".env" }), {
      code: "badConfig",
      message: /^envFile: .*\.env does not/,
    });
    await assert.rejects(recipeIn(tempFolder(), {}), { code: "entryNotFound", message: /No app was found/ });
    const manifest = (scripts: Record<string, string>, more = {}) => JSON.stringify({ scripts, ...more });
    await assert.rejects(recipeIn(tempFolder({ "package.json": manifest({ start: "next start" }) }), {}), {
      message: /^No app can be started in .* next is not among the installed packages: install them first\. Mend that/,
    });
    const monorepo = {
      "package.json": manifest({ dev: "turbo run dev" }, { workspaces: ["apps/*", "lib"] }),
      "apps/api/package.json": manifest({ start: "node main.js" }),
      "apps/api/main.js": "",
      "lib/package.json": manifest({}),
      "lib/index.js": "",
    };
    await assert.rejects(recipeIn(tempFolder(monorepo), {}), {
      message: /^No app was found in .* itself, but in packages of it\. Name the folder of one: apps\/api\.$/,
    });
  });

  describe("with a TypeScript entry", () => {
    const files = { "server.ts": "" };
    const argsOn = async (version: string, more: Record<string, string> = {}, nodeArgs: string[] = []) =>
      (await recipeIn(tempFolder({ ...files, ...more }), { nodeArgs }, version)).nodeArgs;

    it("adds nothing where Node.js strips types by itself", async () => {
      for (const version of ["v22.18.0", "v22.20.1", "v23.6.0", "v24.1.0", "v26.0.0"]) {
        assert.deepEqual(await argsOn(version), [], version);
      }
    });

    it("adds the flag where it is needed", async () => {
      for (const version of ["v22.6.0", "v22.17.1", "v23.5.0"]) {
        assert.deepEqual(await argsOn(version), ["--experimental-strip-types"], version);
      }
    });

    it("uses the project's own tsx on older ones", async () => {
      const folder = tempFolder({
        ...files,
        "node_modules/tsx/package.json": '{"exports":{".":"./loader.mjs"}}',
        "node_modules/tsx/loader.mjs": "",
      });
      const url = pathToFileURL(join(folder, "node_modules", "tsx", "loader.mjs")).href;
      assert.deepEqual((await recipeIn(folder, {}, "v20.19.0")).nodeArgs, ["--import", url]);
    });

    it("leaves a loader of the person's own alone", async () => {
      for (const nodeArgs of [["--import", "tsx"], ["--import=tsx"], ["-r", "ts-node/register"]]) {
        assert.deepEqual(await argsOn("v20.19.0", {}, nodeArgs), nodeArgs);
      }
    });

    it("says what to do when nothing can run it", async () => {
      await assert.rejects(argsOn("v20.19.0"), {
        code: "typescriptUnsupported",
        message: /npm install --save-dev tsx/,
      });
    });
  });
});
