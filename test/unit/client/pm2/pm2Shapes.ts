/** A pm2 file as found in the wild, with small apps beside it, and what becomes of its apps. */
export interface Pm2Shape {
  readonly title: string;
  /** Name and text of the pm2 file. */
  readonly file: readonly [string, string];
  readonly beside: Readonly<Record<string, string>>;
  /** `--env`. */
  readonly env?: string;
  /** By name: some settings of the app, or a pattern of why it can't be started. */
  readonly apps: Readonly<Record<string, Readonly<Record<string, unknown>> | RegExp>>;
  /** What is told, as `option verdict`; those that matter. */
  readonly tells?: readonly string[];
  /** Why the file as a whole can't be used. */
  readonly refused?: RegExp;
}

const exports = (value: unknown): string => `module.exports = ${JSON.stringify(value)};`;
const package_ = (scripts: Readonly<Record<string, string>>): string => JSON.stringify({ name: "x", scripts });
const tsx = { "package.json": '{"name":"tsx","bin":"./cli.mjs"}', "cli.mjs": "#!/usr/bin/env node\n" };

const installed = (name: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`node_modules/${name}/${file}`, text]));

export const pm2Shapes: readonly Pm2Shape[] = [
  {
    title: "a server, a queue worker and a job at times, in the folder above",
    file: [
      "deploy/ecosystem.config.js",
      `module.exports = { apps: [
        { name: 'app', script: 'bin/server.js', cwd: __dirname + '/..', instances: 2, exec_mode: 'cluster', max_memory_restart: '1G',
          wait_ready: true, listen_timeout: 30000, kill_timeout: 15000, env: { NODE_ENV: 'production' } },
        { name: 'worker', script: 'bin/console.js', args: 'queue:work', cwd: __dirname + '/..', instances: 1, exec_mode: 'fork' },
        { name: 'maintenance', script: 'bin/console.js', args: 'modules:maintenance', cwd: __dirname + '/..', cron_restart: '*/5 * * * *', autorestart: false } ] }`,
    ],
    beside: { "bin/server.js": "", "bin/console.js": "" },
    apps: {
      app: {
        entry: "bin/server.js",
        workers: 2,
        maxMemory: 1024,
        waitReady: true,
        readyTimeout: 30_000,
        killTimeout: 15_000,
        env: { NODE_ENV: "production" },
      },
      worker: {
        entry: "bin/console.js",
        args: ["queue:work"],
        workers: 1,
        server: false,
        renewal: "stopFirst",
        stopSignal: "SIGINT",
      },
      maintenance: {
        entry: "bin/console.js",
        args: ["modules:maintenance"],
        server: false,
        schedule: "*/5 * * * *",
        autorestart: false,
      },
    },
    tells: ["app kill_timeout translated", "app exec_mode equal", "maintenance script equal"],
  },
  {
    title: "what its name takes for no server, and what speaks against it",
    file: [
      "ecosystem.config.js",
      exports({
        apps: [
          { name: "bot", script: "bot.js" },
          { name: "monitor", script: "monitor.js" },
          { name: "mailer", script: "bot.js", env: { HTTP_PORT: 80 } },
          { name: "queue", script: "bot.js", instances: 2 },
          { name: "robot", script: "other.js" },
        ],
      }),
    ],
    beside: { "bot.js": "setInterval(() => {}, 1)", "monitor.js": "app.listen(80)", "other.js": "" },
    apps: {
      bot: { server: false, renewal: "stopFirst" },
      monitor: { server: undefined },
      mailer: { server: undefined },
      queue: { server: undefined, workers: 2 },
      robot: { server: undefined },
    },
    tells: ["bot (server) translated"],
  },
  {
    title: "numbers as texts, a preload, and log files",
    file: [
      "ecosystem.config.js",
      `const path = require('path'); const baseDir = __dirname;
       module.exports = { apps: [ { name: 'client-api', script: 'dist/main.js', cwd: baseDir, instances: '1', exec_mode: 'cluster',
         env: { CLIENT_PORT: 8080, DOTENV_CONFIG_PATH: path.join('x', '.env') }, node_args: ['-r', 'dotenv/config'],
         log_date_format: 'YYYY', log_file: './a.log', out_file: './b.log', error_file: './c.log', merge_logs: true } ] };`,
    ],
    beside: { "dist/main.js": "" },
    apps: {
      "client-api": {
        entry: "dist/main.js",
        workers: 1,
        nodeArgs: ["-r", "dotenv/config"],
        logs: { file: "b.log", errorFile: "c.log", date: "YYYY" },
      },
    },
    tells: [
      "client-api merge_logs notNeeded",
      "client-api out_file translated",
      "client-api error_file translated",
      "client-api log_file notSupported",
      "client-api log_date_format translated",
    ],
  },
  {
    title: "a name from a program that is run",
    file: [
      "ecosystem.config.js",
      `const os = require('os'); const { execFileSync } = require('child_process');
       const branch = execFileSync(process.execPath, ['-p', '"feature/x:y"']).toString().trim();
       module.exports = { apps: [ { name: \`play_\${branch}\`, script: './app.js', args: ':prod -- --port 3000', instances: os.cpus().length,
         exec_mode: 'cluster', node_args: '--max-old-space-size=2048', max_memory_restart: '384M' } ] };`,
    ],
    beside: { "app.js": "" },
    apps: {
      "play_feature/x-y": {
        args: [":prod", "--", "--port", "3000"],
        nodeArgs: ["--max-old-space-size=2048"],
        maxMemory: 384,
      },
    },
    tells: ["play_feature/x-y name translated"],
  },
  {
    title: "other runtimes",
    file: [
      "ecosystem.config.js",
      exports({
        apps: [
          { name: "hono", script: "dist/server.js", interpreter: "bun", interpreter_args: "", combine_logs: true },
          { name: "next", script: "node_modules/.bin/next", args: "start -p 3005", interpreter: "bun" },
          { name: "py", script: "python", args: "-m uvicorn app.main:app --port 8000" },
          { name: "uv", script: "./.venv/bin/uvicorn", interpreter: "none", args: "app.main:app" },
          { name: "sh", script: "run.sh" },
          { name: "tool", script: "./tool" },
        ],
      }),
    ],
    beside: { "dist/server.js": "", "run.sh": "", tool: "#!/usr/bin/env python3\n" },
    apps: {
      hono: /the interpreter bun is not Node\.js, .*take interpreter out/,
      next: /the interpreter bun is not Node\.js/,
      py: /python -m uvicorn .* can't be started: python is not Node\.js/,
      uv: /\.\/\.venv\/bin\/uvicorn is a program of its own \(interpreter none\) and does not exist/,
      sh: /run\.sh is a shell script/,
      tool: /\.\/tool runs on \/usr\/bin\/env python3/,
    },
  },
  {
    title: "packages of a monorepo by their package manager",
    file: [
      "ecosystem.config.js",
      exports({
        apps: [
          {
            name: "web",
            cwd: "./apps/web",
            script: "pnpm",
            args: "start",
            env: { PORT: 3000 },
            autorestart: true,
            watch: false,
          },
          { name: "api", cwd: "./apps/api", script: "npm", args: "run serve -- --verbose" },
          { name: "one", script: "npm start", cwd: "./apps/web" },
          { name: "none", script: "npm", args: "start", cwd: "./apps/none" },
          { name: "away", script: "yarn", args: ["start"], cwd: "/srv/not/there" },
        ],
      }),
    ],
    beside: {
      "apps/web/package.json": package_({ start: "PORT=4000 node --no-warnings server.js" }),
      "apps/web/server.js": "",
      "apps/api/package.json": package_({ serve: "node server.js", build: "tsc" }),
      "apps/api/server.js": "",
      "apps/none/package.json": package_({}),
    },
    apps: {
      web: { entry: "server.js", cwd: "apps/web", nodeArgs: ["--no-warnings"], env: { PORT: "4000" } },
      api: { entry: "server.js", cwd: "apps/api", args: ["--verbose"] },
      one: { entry: "server.js", cwd: "apps/web" },
      none: /npm start can't be started: there is no script start \(in .*none\)/,
      away: /yarn start can't be started: the folder .*there does not exist/,
    },
    tells: ["web script translated", "web watch equal"],
  },
  {
    title: "a start script of what is not built yet",
    file: [
      "ecosystem.config.js",
      exports({ apps: [{ name: "core", script: "npm", args: "start" }, { script: "npm run prod" }] }),
    ],
    beside: { "package.json": package_({ start: "node dist/main.js", prod: "node dist/main.js" }) },
    // Without an entry, a start finds it, or says what is missing.
    apps: {
      core: { entry: undefined },
      "npm run prod": /npm run prod can't be started: dist\/main\.js does not exist yet/,
    },
    tells: ["core script notSupported"],
  },
  {
    title: "TypeScript by ts-node and tsx, one instance variable, a deployment",
    file: [
      "ecosystem.config.js",
      exports({
        apps: [
          {
            name: "dev",
            script: "ts-node",
            args: "-r tsconfig-paths/register --transpile-only src/server.ts",
            instance_var: "INSTANCE_ID",
          },
          { name: "npx", script: "npx", args: "tsx src/server.ts", interpreter: "none", max_size: "5M", retain: 10 },
          { name: "itself", script: "src/server.ts", interpreter: "node_modules/.bin/tsx", args: ["--quiet"] },
          { name: "plain", script: "./src/server.ts", ignore_watch: ["logs"], output: "a.log", error: "b.log" },
        ],
        deploy: { production: { user: "node", host: "192.0.2.1", "post-deploy": "pm2 reload ecosystem.config.js" } },
      }),
    ],
    beside: { "src/server.ts": "", ...installed("tsx", tsx) },
    apps: {
      dev: {
        entry: "src/server.ts",
        nodeArgs: ["-r", "ts-node/register", "-r", "tsconfig-paths/register"],
        instanceVariable: "INSTANCE_ID",
      },
      npx: { entry: "src/server.ts", nodeArgs: ["--import", "tsx"] },
      itself: { entry: "src/server.ts", nodeArgs: ["--import", "tsx"], args: ["--quiet"] },
      plain: { entry: "src/server.ts" },
    },
    tells: [
      "deploy notSupported",
      "npx max_size ignoredByPm2",
      "npx retain ignoredByPm2",
      "plain ignore_watch ignoredByPm2",
    ],
  },
  {
    title: "instances of all cores, and variables for --env",
    file: [
      "ecosystem.config.js",
      exports({
        apps: [
          {
            name: "API",
            script: "index.js",
            args: "one two",
            instances: "max",
            env: { NODE_ENV: "development", NEW_RELIC_ENABLED: false, MORE: { a: [1] } },
            env_production: { NODE_ENV: "production" },
          },
          { script: "./bin/www", instances: -1, env_production: { A: 1 } },
          { name: "few", script: "index.js", instances: 0, append_env_to_name: true },
        ],
      }),
    ],
    beside: { "index.js": "", "bin/www": "#!/usr/bin/env node\n" },
    env: "production",
    apps: {
      API: {
        args: ["one", "two"],
        workers: "max",
        env: { NODE_ENV: "production", NEW_RELIC_ENABLED: "false", MORE: '{"a":[1]}' },
      },
      www: { entry: "bin/www", workers: "max", env: { A: "1" } },
      "few-production": { workers: "max" },
    },
    tells: ["www instances translated", "few-production --env production ignoredByPm2"],
  },
  {
    title: "options at the wrong level, and variables that the file sets",
    file: [
      "ecosystem.config.cjs",
      `process.env.SECRET = "from the file";
       module.exports = { apps: [ { name: "p0", script: "./a.mjs", env: { A: "1" } }, { name: "p0", script: "./a.mjs" } ],
         restart_delay: 10000, max_restarts: 3, invented: true };`,
    ],
    beside: { "a.mjs": "" },
    apps: { p0: { entry: "a.mjs" }, "p0-2": { entry: "a.mjs" } },
    tells: ["restart_delay ignoredByPm2", "max_restarts ignoredByPm2", "invented ignoredByPm2", "p0-2 name translated"],
  },
  {
    title: "apps that are made by a function, and bins of frameworks",
    file: [
      "ecosystem.config.cjs",
      `module.exports = { apps: ["alerts","monitor"].map((n) => ({ name: n, script: "npx", args: "tsx src/" + n + ".ts", cwd: __dirname,
         max_restarts: 10, restart_delay: 5000, min_uptime: "30s" })).concat([
           { name: "tax", cwd: __dirname, script: "./node_modules/.bin/next", args: "start -H 127.0.0.1 -p 3003", interpreter: "none" },
           { name: "nuxt", script: "./node_modules/nuxt/bin/nuxt.js", args: "start", exec_mode: "cluster", instances: "1" },
           { name: "pages", script: "npx", args: "wrangler pages dev dist" } ]) };`,
    ],
    beside: {
      "src/alerts.ts": "",
      ...installed("tsx", tsx),
      ...installed("next", {
        "package.json": '{"name":"next","bin":{"next":"./cli.js"}}',
        "cli.js": "#!/usr/bin/env node\n",
      }),
      ...installed("nuxt", { "bin/nuxt.js": "" }),
    },
    apps: {
      alerts: { entry: "src/alerts.ts", maxRestarts: 10, restartDelay: 5_000, minUptime: 30_000, server: false },
      monitor: /npx tsx src\/monitor\.ts can't be started: src\/monitor\.ts does not exist/,
      tax: { entry: "node_modules/next/cli.js", args: ["start", "-H", "127.0.0.1", "-p", "3003"] },
      nuxt: { entry: "node_modules/nuxt/bin/nuxt.js", args: ["start"] },
      pages: /wrangler pages dev dist is a development server that reloads by itself/,
    },
  },
  {
    title: "JSON under the name of a program",
    file: ["ecosystem.config.js", '{\n  "apps": [{ "name": "a", "script": "a.js" }]\n}'],
    beside: { "a.js": "" },
    apps: { a: { entry: "a.js" } },
    tells: ["(file) ignoredByPm2"],
  },
  {
    title: "JSON as pm2 reads it",
    file: [
      "process.json",
      "{ apps: [{ name: 'a', script: 'a.js', watch: ['src'], ignore_watch: 'src/tmp', watch_delay: 500 }], /* x */ }",
    ],
    beside: { "a.js": "" },
    apps: { a: { watch: { include: ["src"], exclude: ["src/tmp"], debounce: 500 } } },
  },
  {
    title: "YAML",
    file: [
      "process.yml",
      "apps:\n  - script: ./a.js\n    instances: 4\n    exec_mode: cluster\n  - script: ./b.js\n    watch: true\n",
    ],
    beside: { "a.js": "", "b.js": "" },
    apps: { a: { workers: 4 }, b: { watch: true } },
  },
  {
    title: "an ES module",
    file: [
      "ecosystem.config.mjs",
      "export default { apps: [{ name: 'a', script: 'a.js', source_map_support: true }] };",
    ],
    beside: { "a.js": "" },
    apps: { a: { nodeArgs: ["--enable-source-maps"] } },
  },
  {
    title: "a list, without apps around it",
    file: [
      "ecosystem.config.js",
      "module.exports = [{ name: 'a', cmd: 'a.js', maxMemoryRestart: 1048576, port: 80 }];",
    ],
    beside: { "a.js": "" },
    apps: { a: { entry: "a.js", maxMemory: 16, env: { PORT: "80" } } },
  },
  {
    title: "one app alone",
    file: ["ecosystem.config.js", "module.exports = { name: 'a', script: 'a.js', exec_interpreter: 'node@18' };"],
    beside: { "a.js": "" },
    apps: { a: { entry: "a.js" } },
    tells: ["a script notSupported"],
  },
  {
    title: "values that pm2 refuses too",
    file: [
      "ecosystem.config.js",
      `module.exports = { apps: [ { name: 'a', script: 'a.js', max_memory_restart: '1 GB', kill_timeout: 'soon', exec_mode: 'threads' },
         { name: 'b' }, { name: 'c', script: () => 1 }, { name: 'd', script: 'a.js', user: 'somebody-else' }, 7 ] };`,
    ],
    beside: { "a.js": "" },
    apps: {
      a: /max_memory_restart must be a number, or one with G, M, K behind it.*kill_timeout must be a number.*exec_mode must be/,
      b: /script is missing/,
      c: /script must be data, not function/,
      d: /it is to run as somebody-else, .*start it as somebody-else/,
      "?": /an app must be an object/,
    },
  },
  {
    title: "what runs another program, by its file",
    file: [
      "ecosystem.config.js",
      exports({
        apps: [
          { name: "npm", script: "/usr/bin/npm", args: "run api -- --port 1" },
          { name: "cli", script: "C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js", args: "run api" },
          { name: "tsx", script: "node_modules/tsx/dist/cli.mjs", args: "src/server.ts" },
          { name: "node", script: "/usr/local/bin/node", args: ["--no-warnings", "a.js"] },
          { name: "bin", script: "node", args: "--no-warnings node_modules/.bin/tsx src/server.ts" },
          { name: "words", script: "a.js --port 3000" },
          { name: "folder", script: "dist" },
          { name: "files", script: "serve", env: { PM2_SERVE_PATH: "." } },
        ],
      }),
    ],
    beside: {
      "a.js": "",
      "dist/index.js": "",
      "src/server.ts": "",
      "package.json": package_({ api: "node a.js" }),
      ...installed("tsx", tsx),
    },
    apps: {
      npm: { entry: "a.js", args: ["--port", "1"] },
      cli: { entry: "a.js" },
      tsx: { entry: "src/server.ts", nodeArgs: ["--import", "tsx"] },
      node: { entry: "a.js", nodeArgs: ["--no-warnings"] },
      bin: { entry: "src/server.ts", nodeArgs: ["--no-warnings", "--import", "tsx"] },
      words: { entry: "a.js", args: ["--port", "3000"] },
      folder: { entry: "dist" },
      files: /serve is pm2's own file server/,
    },
  },
  {
    title: "workspaces, by name where nothing is linked",
    file: [
      "ecosystem.config.js",
      exports({
        apps: [
          { name: "pnpm", script: "pnpm", args: "--filter api start" },
          { name: "npm", script: "npm", args: "run start -w apps/api -- --port 1" },
          { name: "all", script: "pnpm", args: "-r start" },
        ],
      }),
    ],
    beside: {
      "package.json": package_({}),
      "pnpm-workspace.yaml": "packages:\n  - apps/*\n",
      "apps/api/package.json": '{"name":"@acme/api","scripts":{"start":"node server.js"}}',
      "apps/api/server.js": "",
    },
    apps: {
      pnpm: { entry: "server.js", cwd: "apps/api" },
      npm: { entry: "server.js", cwd: "apps/api", args: ["--port", "1"] },
      all: /pnpm -r start manages processes of its own/,
    },
  },
  {
    title: "apps by their names",
    file: ["ecosystem.config.js", exports({ apps: { web: { script: "a.js" }, api: { script: "b.js" } } })],
    beside: {},
    apps: {},
    refused: /holds apps by their names, where pm2 takes a list/,
  },
  {
    title: "CommonJS where .js is an ES module",
    file: ["ecosystem.config.js", exports({ apps: [{ script: "a.js" }] })],
    beside: { "package.json": '{"type":"module"}' },
    apps: {},
    refused:
      /module is not defined in ES module scope\. Here a \.js file is an ES module; call it ecosystem\.config\.cjs\./,
  },
  {
    title: "a function",
    file: ["ecosystem.config.js", "module.exports = () => ({ apps: [] });"],
    beside: {},
    apps: {},
    refused: /exports a function, where pm2 takes an object with apps/,
  },
  {
    title: "the configuration of another program",
    file: ["vite.config.js", "module.exports = { plugins: [] };"],
    beside: {},
    apps: {},
    refused: /holds no apps, so it is no file of pm2/,
  },
  {
    title: "a package that is not installed",
    file: ["ecosystem.config.cjs", "\nrequire('dotenv').config();\nmodule.exports = { apps: [] };"],
    beside: {},
    apps: {},
    refused: /can't be read \(line 2\): Cannot find module 'dotenv'\. Install what it needs, or run: npm install/,
  },
  {
    title: "a mistake in its syntax",
    file: ["ecosystem.config.js", "module.exports = {\n  apps: [ }\n"],
    beside: {},
    apps: {},
    refused: /can't be read \(line 2\): Unexpected token '}'/,
  },
  {
    title: "a program that ends",
    file: ["ecosystem.config.js", "console.log('bye'); process.exit(3);"],
    beside: {},
    apps: {},
    refused: /ended its process \(exit code 3\) before it said what is in it/,
  },
];
