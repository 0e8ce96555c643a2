/** What a script is expected to run; what is absent is empty. */
export interface ExpectedTarget {
  readonly file: string;
  /** Relative to the folder of package.json. */
  readonly cwd?: string;
  readonly nodeArgs?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** With `!` when they win over the environment. */
  readonly envFiles?: readonly string[];
  readonly notes?: readonly string[];
}

const server = { file: "server.js" };
const tsx = { file: "src/index.ts", nodeArgs: ["--import", "tsx"] };
const tsNode = { file: "src/index.ts", nodeArgs: ["-r", "ts-node/register"] };
const next = { file: "node_modules/next/dist/bin/next", args: ["start"] };
const fastify = { file: "node_modules/fastify-cli/cli.js" };

/** Start scripts, and the targets that they are; or why they are none. */
export const scriptTable: Readonly<Record<string, readonly ExpectedTarget[] | string>> = {
  // Node.js itself.
  "node server.js": [server],
  "node server": [server],
  "node ./server": [server],
  "node .": [{ file: "index.js" }],
  "node dist\\main.js": [{ file: "dist/main.js" }],
  'node "my folder/server.js"': [{ file: "my folder/server.js" }],
  "node my\\ folder/server.js": [{ file: "my folder/server.js" }],
  "node server.js --port 80 'a b'": [{ ...server, args: ["--port", "80", "a b"] }],
  "node server.js # the server": [server],
  "node --permission --allow-fs-read=* --allow-fs-write=/tmp/* server.js": [
    { ...server, nodeArgs: ["--permission", "--allow-fs-read=*", "--allow-fs-write=/tmp/*"] },
  ],
  "node --permission --allow-fs-read ./data --allow-worker server.js": [
    { ...server, nodeArgs: ["--permission", "--allow-fs-read", "./data", "--allow-worker"] },
  ],
  "node --max-old-space-size=512 -r ./setup.cjs --import ./otel.mjs server.js": [
    { ...server, nodeArgs: ["--max-old-space-size=512", "-r", "./setup.cjs", "--import", "./otel.mjs"] },
  ],
  "node --env-file .env --enable-source-maps server.js": [
    { ...server, nodeArgs: ["--env-file", ".env", "--enable-source-maps"] },
  ],
  "node --disable-warning ExperimentalWarning --title api server.js": [
    { ...server, nodeArgs: ["--disable-warning", "ExperimentalWarning", "--title", "api"] },
  ],
  "node --max_old_space_size=99 -- server.js -x": [{ ...server, nodeArgs: ["--max_old_space_size=99"], args: ["-x"] }],
  "node --watch --watch-path src --inspect server.js": [
    { ...server, nodeArgs: ["--inspect"], notes: ["nothing is watched (node --watch --watch-path src)"] },
  ],
  "node --run inner": [
    { ...server, notes: ["preinner (tsc) is not run before a start; preReload can run it before each reload"] },
  ],
  "node -e 'x' server.js": "node -e x server.js names no file to run",
  "node --test": "node --test names no file to run",
  node: "node names no file to run",
  "node gone.js": "gone.js does not exist",
  "node dist/gone.js": "dist/gone.js does not exist yet: build the app first",
  "/usr/bin/node server.js": [server],
  "node.exe server.js": [server],
  "./server.js": [server],

  // Variables.
  "NODE_ENV=production PORT=80 node server.js": [{ ...server, env: { NODE_ENV: "production", PORT: "80" } }],
  "NODE_OPTIONS='--max-old-space-size=512 --no-warnings' node server.js": [
    { ...server, env: { NODE_OPTIONS: "--max-old-space-size=512 --no-warnings" } },
  ],
  "NODE_ENV=production; node server.js": [server],
  "export A=1 B=2 && node server.js $A": [{ ...server, env: { A: "1", B: "2" }, args: ["1"] }],
  "set NODE_ENV=production&& node server.js": [{ ...server, env: { NODE_ENV: "production" } }],
  "set NODE_ENV=production && node server.js": [{ ...server, env: { NODE_ENV: "production" } }],
  "node server.js --host $HOST --port ${PORT:-3000} $EMPTY": [{ ...server, args: ["--host", "h", "--port", "3000"] }],
  'node server.js "$GONE" x': [{ ...server, args: ["", "x"], notes: ["the variable $GONE is not set"] }],
  "node server.js '$HOST'": [{ ...server, args: ["$HOST"] }],
  "node server.js $(cat args)": "node server.js $(cat args) needs a shell",
  "PORT=`cat port` node server.js": "PORT=`cat port` node server.js needs a shell",
  'node "server.js': "node \"server.js can't be read as a command line",
  "cross-env NODE_ENV=production node server.js": [{ ...server, env: { NODE_ENV: "production" } }],
  'cross-env-shell A=1 "node server.js --x"': [{ ...server, env: { A: "1" }, args: ["--x"] }],
  "npx cross-env A=1 npx -y tsx src/index.ts": [{ ...tsx, env: { A: "1" } }],
  "env A=1 node server.js": [{ ...server, env: { A: "1" } }],
  "dotenv -- node server.js": [{ ...server, envFiles: [".env"] }],
  "dotenv -e .env.local -e .env -v A=1 -- node server.js": [
    { ...server, env: { A: "1" }, envFiles: [".env.local", ".env"] },
  ],
  "dotenv -e gone.env node server.js": [{ ...server, notes: ["the file of variables gone.env does not exist"] }],
  "dotenv -o -e conf/prod.env -- node server.js": [{ ...server, envFiles: ["conf/prod.env!"] }],
  "dotenvx run -- node server.js": [{ ...server, envFiles: [".env"] }],
  "dotenvx run -f .env.local --overload -q -- node server.js": [{ ...server, envFiles: [".env.local!"] }],
  "env-cmd node server.js": [{ ...server, envFiles: [".env!"] }],
  "env-cmd -f conf/prod.env --no-override node server.js": [{ ...server, envFiles: ["conf/prod.env"] }],
  "env-cmd ./conf/prod.env node server.js": [{ ...server, envFiles: ["conf/prod.env!"] }],
  "env-cmd -f gone.env node server.js": "the file of variables gone.env does not exist",
  "node -r dotenv/config server.js dotenv_config_path=.env": [
    { ...server, nodeArgs: ["-r", "dotenv/config"], args: ["dotenv_config_path=.env"] },
  ],
  "doppler run -- node server.js": [{ ...server, notes: ["the variables that doppler provides are missing"] }],

  // Several commands.
  "npm run build && node server.js": [{ ...server, notes: ["npm run build is not run"] }],
  "tsc && node dist/index.js": [{ file: "dist/index.js", notes: ["tsc is not run"] }],
  "node worker.js && node server.js": [{ ...server, notes: ["node worker.js is not run"] }],
  "prisma migrate deploy; node server.js; echo done": [
    { ...server, notes: ["prisma migrate deploy is not run", "echo done is not run"] },
  ],
  "cd api && node server.js": [{ file: "api/server.js", cwd: "api" }],
  "(cd api && node server.js)": [{ file: "api/server.js", cwd: "api" }],
  "cd api && npm start": [{ file: "api/server.js", cwd: "api" }],
  "node server.js || exit 1": [{ ...server, notes: ["exit 1 is not run"] }],
  "node server.js | pino-pretty -c": [{ ...server, notes: ["the output does not go through pino-pretty -c"] }],
  "node server.js 2>&1 | tee log.txt | bunyan": [
    {
      ...server,
      notes: [
        "the output does not go through tee log.txt",
        "the output does not go through bunyan",
        "input and output are not redirected (2>&1)",
      ],
    },
  ],
  "node server.js > app.log 2>&1": [{ ...server, notes: ["input and output are not redirected (> app.log 2>&1)"] }],
  "node worker.js & node server.js": [
    { file: "worker.js", notes: ["node server.js is not started beside it"] },
    { ...server, notes: ["node worker.js is not started beside it"] },
  ],
  "tsc -w & node server.js": [{ ...server, notes: ["tsc -w is not started beside it"] }],
  "if [ -f x ]; then node server.js; fi": "if [ -f x ]; then node server.js; fi needs a shell",
  'sh -c "A=1 node server.js"': [{ ...server, env: { A: "1" } }],
  "exec node server.js": [server],
  "./start.sh": "./start.sh needs a shell",
  "bash start.sh": "start.sh needs a shell",
  'concurrently "node server.js" "tsc -w"': [{ ...server, notes: ["tsc -w is not started beside it"] }],
  "concurrently -k -n web,jobs 'npm:part:web' 'node worker.js'": [
    { ...server, notes: ["node worker.js is not started beside it"] },
    { file: "worker.js", notes: ["npm run part:web is not started beside it"] },
  ],
  "run-p part:* tool": [
    { ...server, notes: ["npm run part:jobs is not started beside it", "npm run tool is not started beside it"] },
    {
      file: "worker.js",
      notes: ["npm run part:web is not started beside it", "npm run tool is not started beside it"],
    },
  ],
  "run-s tool part:web": [{ ...server, notes: ["npm run tool is not run"] }],
  "npm-run-all -p tool part:web": [{ ...server, notes: ["npm run tool is not started beside it"] }],
  'tsc-watch --onSuccess "node dist/index.js"': [{ file: "dist/index.js", notes: ["nothing is watched (tsc-watch)"] }],
  "tsup --watch": "tsup --watch runs no server",
  "SET PORT=80 && node server.js": [{ ...server, env: { PORT: "80" } }],
  "forever start -w server.js": [{ ...server, notes: ["forever -w is not used"] }],
  "env-cmd -e production node server.js": [
    { ...server, notes: ["the variables that env-cmd -e production provides are missing"] },
  ],
  "fnm exec --using=20 node server.js": [{ ...server, notes: ["fnm --using=20 is not used"] }],
  "volta run --node 20 node server.js": [{ ...server, notes: ["volta --node 20 is not used"] }],
  "npx -p node@18 node server.js": [{ ...server, notes: ["npx -p node@18 is not used"] }],
  "node --no-warnings node_modules/tsx/dist/cli.mjs src/index.ts": [
    { ...tsx, nodeArgs: ["--no-warnings", ...tsx.nodeArgs] },
  ],
  "node ./node_modules/.bin/ts-node src/index.ts": [tsNode],

  // Package managers.
  "npm run inner": [
    { ...server, notes: ["preinner (tsc) is not run before a start; preReload can run it before each reload"] },
  ],
  "npm run inner:prod -- --port 1": [{ ...server, env: { NODE_ENV: "production" }, args: ["--port", "1"] }],
  "npm run --silent inner:prod": [{ ...server, env: { NODE_ENV: "production" } }],
  "yarn inner:prod --port 1": [{ ...server, env: { NODE_ENV: "production" }, args: ["--port", "1"] }],
  "yarn node server.js": [server],
  "yarn next start": [next],
  "pnpm run inner:prod": [{ ...server, env: { NODE_ENV: "production" } }],
  "pnpm exec next start": [next],
  "npm --prefix api start": [{ file: "api/server.js", cwd: "api" }],
  "npm start --prefix api -- --port 1": [{ file: "api/server.js", cwd: "api", args: ["--port", "1"] }],
  "npm run start -w api": [{ file: "api/server.js", cwd: "api" }],
  "corepack pnpm -C api start": [{ file: "api/server.js", cwd: "api" }],
  "yarn workspaces foreach run start": "yarn workspaces foreach run start manages processes of its own",
  "pnpm -r start": "pnpm -r start manages processes of its own",
  "yarn tsx src/index.ts": [tsx],
  "bun run server.js": "bun is not Node.js",
  "pnpm -C api start": [{ file: "api/server.js", cwd: "api" }],
  "yarn --cwd api start": [{ file: "api/server.js", cwd: "api" }],
  "npm run gone": "there is no script gone",
  "npm run loop": "the script loop calls itself",
  "npm install": "npm install runs no server",
  "bun server.js": "bun is not Node.js",
  "deno run server.ts": "deno is not Node.js",

  // TypeScript and watchers.
  "tsx src/index.ts": [tsx],
  "tsx src": [tsx],
  "tsx watch --clear-screen=false --include x src/index.ts --port 1": [
    { ...tsx, args: ["--port", "1"], notes: ["nothing is watched (tsx watch)"] },
  ],
  "tsx --tsconfig tsconfig.api.json --env-file=.env src/index.ts": [
    { ...tsx, nodeArgs: ["--import", "tsx", "--env-file=.env"], env: { TSX_TSCONFIG_PATH: "tsconfig.api.json" } },
  ],
  "node --import tsx src/index.ts": [tsx],
  "ts-node src/index.ts": [tsNode],
  "ts-node -T -P tsconfig.json -r tsconfig-paths/register src/index.ts": [
    {
      ...tsNode,
      nodeArgs: ["-r", "ts-node/register", "-r", "tsconfig-paths/register"],
      env: { TS_NODE_TRANSPILE_ONLY: "true", TS_NODE_PROJECT: "tsconfig.json" },
    },
  ],
  "ts-node --esm src/index.ts": [{ ...tsNode, nodeArgs: ["--loader", "ts-node/esm"] }],
  "ts-node-dev --respawn --transpile-only --watch src src/index.ts": [
    { ...tsNode, env: { TS_NODE_TRANSPILE_ONLY: "true" }, notes: ["nothing is watched (ts-node-dev)"] },
  ],
  "nodemon server.js": [{ ...server, notes: ["nothing is watched (nodemon)"] }],
  "nodemon --inspect server.js --port 1": [
    { ...server, nodeArgs: ["--inspect"], args: ["--port", "1"], notes: ["nothing is watched (nodemon)"] },
  ],
  "nodemon --exec 'tsx' -e ts --watch src src/index.ts": [{ ...tsx, notes: ["nothing is watched (nodemon)"] }],
  'nodemon -w src -x "npm run inner:prod"': [
    { ...server, env: { NODE_ENV: "production" }, notes: ["nothing is watched (nodemon)"] },
  ],
  "nodemon src/index.ts": [{ ...tsNode, notes: ["nothing is watched (nodemon)"] }],
  nodemon: [{ file: "index.js", notes: ["nothing is watched (nodemon)"] }],
  "babel-node server.js": [{ ...server, nodeArgs: ["-r", "@babel/register"] }],
  "pm2-runtime start server.js -i max": [{ ...server, notes: ["pm2 -i max is not used"] }],
  "pm2 start ecosystem.config.js": "its pm2 file is started by: hitless start ecosystem.config.js",
  "pm2-runtime --env=prod ecosystem.config.cjs -i 2 --only api":
    "its pm2 file is started by: hitless start ecosystem.config.cjs --env=prod --only api",

  // Programs of packages.
  "next start": [next],
  "next start -p 3000": [{ ...next, args: ["start", "-p", "3000"] }],
  "next build && next start": [{ ...next, notes: ["next build is not run"] }],
  "node_modules/.bin/next start": [next],
  "next dev": "next dev is a development server that reloads by itself",
  next: "next is a development server that reloads by itself",
  "fastify start -l info app.js": [{ ...fastify, args: ["start", "-l", "info", "app.js"] }],
  "fastify start -w app.js": [
    { ...fastify, args: ["start", "app.js"], notes: ["nothing is watched (fastify start -w)"] },
  ],
  "react-router-serve ./build/server/index.js": [
    { file: "node_modules/@react-router/serve/bin.js", args: ["./build/server/index.js"] },
  ],
  "remix-serve ./build/server/index.js": [
    { file: "node_modules/@remix-run/serve/dist/cli.js", args: ["./build/server/index.js"] },
  ],
  "astro preview --port 80": [
    { file: "dist/server/entry.mjs", env: { PORT: "80" }, notes: ["dist/server/entry.mjs is run directly"] },
  ],
  "serve -s build": [{ file: "node_modules/serve/build/main.js", args: ["-s", "build"] }],
  "strapi start": [{ file: "node_modules/.bin/strapi", args: ["start"] }],
  "medusa start": "medusa is not among the installed packages: install them first",
  "caddy run": "caddy is not a JavaScript program",
  "nest start": [{ file: "dist/main.js", notes: ["nest build is not run"] }],
  "nest start --watch": [
    { file: "dist/main.js", notes: ["nest build is not run", "nothing is watched (nest start --watch)"] },
  ],
  "nuxt start": [
    { file: ".output/server/index.mjs", envFiles: [".env"], notes: [".output/server/index.mjs is run directly"] },
  ],
  vite: "vite is a development server that reloads by itself",
  "react-scripts start": "react-scripts start is a development server that reloads by itself",
  "turbo run start": "turbo run start manages processes of its own",
  tsc: "tsc runs no server",
};
