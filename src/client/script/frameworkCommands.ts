import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { isFile, isFolder } from "../project/resolveScript.ts";
import { leadingOptions } from "./commandWords.ts";
import { findPackageBin } from "./packageBin.ts";
import { settingOf } from "./runners.ts";
import { type Meaning, noted, nothing, type ScriptCommand } from "./scriptCommand.ts";

type Framework = (command: ScriptCommand) => Promise<Meaning>;

/** What has no server in it, so that a script which ends with it runs none. */
const tools =
  /^(?:tsc|tsup|esbuild|rollup|webpack|parcel|swc|babel|rimraf|del|del-cli|shx|mkdirp|cpx|copyfiles|cp|mv|rm|mkdir|echo|cat|sleep|exit|true|test|prisma|drizzle-kit|knex|sequelize|sequelize-cli|typeorm|eslint|biome|prettier|jest|vitest|mocha|ava|husky|wait-on|kill-port|patch-package|tailwindcss|sass|pino-pretty|bunyan|open|opener|gulp|grunt|make|cd|source|set|export|unset|chmod|ng-packagr|git|curl|npm-check|only-allow)$/;

/** Programs that serve sources while they are written, and reload by themselves: with these words, or always. */
const developing: Readonly<Record<string, RegExp>> = {
  next: /^(?:dev$|(?!start|build))/,
  nuxt: /^dev/,
  nuxi: /^dev/,
  astro: /^dev|^$/,
  vite: /^(?!preview|build)/,
  vinxi: /^dev/,
  remix: /^(?:dev|vite:dev)/,
  "react-router": /^dev/,
  "svelte-kit": /^dev/,
  "react-scripts": /^start/,
  "vue-cli-service": /^serve/,
  ng: /^(?:serve|s$)/,
  gatsby: /^develop/,
  "webpack-dev-server": /^/,
  "webpack-cli": /^serve/,
  strapi: /^(?:dev|develop)/,
  medusa: /^develop/,
  wrangler: /^/,
  vercel: /^/,
  netlify: /^/,
  expo: /^/,
  "react-native": /^/,
};

const managers =
  /^(?:egg-scripts|egg-bin|turbo|nx|lerna|wsrun|ultra|naught|strongloop|slc|foreman|nf|heroku|systemctl|service|pm2-docker|lage|moon|rush|wireit)$/;

/** Commands of frameworks that do little more than start a file which the framework has built, or need more than their name. */
const frameworks: Readonly<Record<string, Framework>> = {
  nest: startNest,
  nuxt: (command) => built(command, /^(?:start|preview)/, ".output/server/index.mjs", "nuxt"),
  nuxi: (command) => built(command, /^(?:start|preview)/, ".output/server/index.mjs", "nuxi"),
  nitro: (command) => built(command, /^preview/, ".output/server/index.mjs", "nitro"),
  nitropack: (command) => built(command, /^preview/, ".output/server/index.mjs", "nitropack"),
  vinxi: (command) => built(command, /^start/, ".output/server/index.mjs", "vinxi"),
  astro: (command) => builtOr(command, /^preview/, "dist/server/entry.mjs", "astro"),
  vite: (command) => builtOr(command, /^preview/, "build/index.js", "vite"),
  next: startNext,
  fastify: startFastify,
};

/** What the program of a package does, when it is not one of those that run another program. */
export async function frameworkMeaning(name: string, command: ScriptCommand): Promise<Meaning> {
  const whole = [name, ...command.words].join(" ");
  if (tools.test(name)) {
    return nothing(command, "noServer", whole);
  }
  if (managers.test(name)) {
    return nothing(command, "processManager", whole);
  }
  const verb = command.words.find((word) => !word.startsWith("-")) ?? "";
  if (developing[name]?.test(verb) === true) {
    return nothing(command, "developmentServer", whole);
  }
  if (verb === "build" && (Object.hasOwn(developing, name) || Object.hasOwn(frameworks, name))) {
    return nothing(command, "noServer", whole);
  }
  const framework = frameworks[name];
  return framework === undefined ? runBin(name, command) : framework(command);
}

async function runBin(name: string, command: ScriptCommand): Promise<Meaning> {
  const bin = await findPackageBin(command.cwd, name);
  switch (bin.kind) {
    case "script":
      return {
        kind: "run",
        run: { ...settingOf(command), file: bin.file, nodeArgs: [], args: command.words, typescript: false },
      };
    case "foreign":
      return nothing(command, "notJavaScript", name);
    case "missing":
      return nothing(command, "notInstalled", name);
  }
}

function runFile(file: string, command: ScriptCommand): Meaning {
  return {
    kind: "run",
    run: { ...settingOf(command), file, nodeArgs: [], args: command.words, typescript: false },
  };
}

/** Runs the file that the build has made; its command would start it as a child process, or serve it with less. */
async function built(command: ScriptCommand, verbs: RegExp, file: string, name: string): Promise<Meaning> {
  const [verb = "", ...words] = command.words;
  if (!verbs.test(verb)) {
    return runBin(name, command);
  }
  // These commands read `.env`, which the file does not.
  const envFile = { file: resolve(command.cwd, ".env"), wins: false, optional: true };
  const envFiles = (await isFile(envFile.file)) ? [...command.envFiles, envFile] : command.envFiles;
  const unused = words.length === 0 ? command : noted(command, "optionUnused", words.join(" "));
  return runFile(file, { ...noted(unused, "runDirectly", file), envFiles, words: [] });
}

async function builtOr(command: ScriptCommand, verbs: RegExp, file: string, name: string): Promise<Meaning> {
  const [verb = "", ...words] = command.words;
  if (!verbs.test(verb) || !(await isFile(join(command.cwd, file)))) {
    return runBin(name, command);
  }
  const { env, unused } = addressOf(words);
  const noting = unused.length === 0 ? command : noted(command, "optionUnused", unused.join(" "));
  return runFile(file, { ...noted(noting, "runDirectly", file), env: { ...command.env, ...env }, words: [] });
}

/** `--port` and `--host` of a command as the variables that a built server reads. */
function addressOf(words: readonly string[]): { readonly env: Record<string, string>; readonly unused: string[] } {
  const env: Record<string, string> = {};
  const unused: string[] = [];
  for (const { name, value, text } of leadingOptions(words, ["-p", "--port", "--host", "-H", "--hostname"]).options) {
    if ((name === "-p" || name === "--port") && value !== undefined) {
      env.PORT = value;
    } else if ((name === "--host" || name === "-H" || name === "--hostname") && value !== undefined) {
      env.HOST = value;
    } else {
      unused.push(text);
    }
  }
  return { env, unused };
}

/** A standalone build has its own server, for which the static files have to be copied beside it. */
async function startNext(command: ScriptCommand): Promise<Meaning> {
  const [, ...words] = command.words;
  const standalone = ".next/standalone/server.js";
  const complete =
    (await isFile(join(command.cwd, standalone))) &&
    (await isFolder(join(command.cwd, ".next/standalone/.next/static")));
  if (!complete) {
    return runBin("next", command);
  }
  const { env, unused } = addressOf(words);
  const noting = unused.length === 0 ? command : noted(command, "optionUnused", unused.join(" "));
  return runFile(standalone, {
    ...noted(noting, "runDirectly", standalone),
    env: { ...command.env, ...env },
    words: [],
  });
}

const nestSchema = v.object({
  entryFile: v.fallback(v.optional(v.string(), "main"), "main"),
  sourceRoot: v.fallback(v.optional(v.string(), "src"), "src"),
});

/** `nest start` builds, and starts the result as a child process. */
async function startNest(command: ScriptCommand): Promise<Meaning> {
  const [verb, ...words] = command.words;
  if (verb !== "start") {
    return nothing(command, "noServer", ["nest", ...command.words].join(" "));
  }
  const valued = [
    "-c",
    "--config",
    "-p",
    "--path",
    "-b",
    "--builder",
    "--entryFile",
    "--sourceRoot",
    "-e",
    "--exec",
    "--env-file",
  ];
  const { options, rest } = leadingOptions(words, valued);
  const value = (...names: string[]) => options.find(({ name }) => names.includes(name))?.value;
  const written = await readFile(resolve(command.cwd, value("-c", "--config") ?? "nest-cli.json"), "utf8").catch(
    () => "{}",
  );
  const { entryFile, sourceRoot } = nestConfig(written);
  const entry = value("--entryFile") ?? entryFile;
  const candidates = [`dist/${entry}`, `dist/${sourceRoot}/${entry}`];
  let file = candidates[0] ?? "";
  for (const candidate of [...candidates].reverse()) {
    if (await isFile(join(command.cwd, `${candidate.replace(/\.js$/, "")}.js`))) {
      file = candidate;
    }
  }
  const envFile = value("--env-file");
  let changed: ScriptCommand = noted({ ...command, words: rest }, "notRun", "nest build");
  if (options.some(({ name }) => name === "-w" || name === "--watch")) {
    changed = noted(changed, "notWatching", "nest start --watch");
  }
  if (envFile !== undefined) {
    changed = {
      ...changed,
      envFiles: [...changed.envFiles, { file: resolve(command.cwd, envFile), wins: false, optional: false }],
    };
  }
  return runFile(file, changed);
}

function nestConfig(text: string): v.InferOutput<typeof nestSchema> {
  try {
    return v.parse(nestSchema, JSON.parse(text));
  } catch {
    return { entryFile: "main", sourceRoot: "src" };
  }
}

/** Without the option that watches, which starts a child process. */
async function startFastify(command: ScriptCommand): Promise<Meaning> {
  const watching = command.words.filter((word) => word === "-w" || word === "--watch");
  if (watching.length === 0) {
    return runBin("fastify", command);
  }
  const words = command.words.filter((word) => word !== "-w" && word !== "--watch");
  return runBin("fastify", noted({ ...command, words }, "notWatching", ["fastify start", ...watching].join(" ")));
}
