import { join, resolve } from "node:path";
import type { AppConfig } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import { fitsGlob } from "../globs.ts";
import { isFile } from "../project/resolveScript.ts";
import { readEnvFile } from "../recipe/envFile.ts";
import { type Pm2App, translatePm2App } from "./pm2App.ts";
import { pm2Document } from "./pm2Document.ts";
import type { Pm2Finding } from "./pm2Finding.ts";
import { type ReadPm2Options, readPm2File } from "./readPm2File.ts";

/** A pm2 file, understood. */
export interface Pm2File {
  readonly apps: readonly Pm2App[];
  /** What becomes of everything beside the apps. */
  readonly findings: readonly Pm2Finding[];
  /** Variables that the file has set in its own process, which pm2 passes on to all apps, and no file holds. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface Pm2FileOptions extends ReadPm2Options {
  /** Of `--env`. */
  readonly envName?: string | undefined;
  /** Of `--only`: names, or patterns of names; absent: all. */
  readonly only?: readonly string[] | undefined;
}

/**
 * Reads a pm2 file and understands its apps.
 * @param file Absolute.
 * @throws HitlessError as `readPm2File` does; `badConfig` when there is no app in it; `appNotFound` when `only` names another.
 */
export async function understandPm2File(file: string, options: Pm2FileOptions): Promise<Pm2File> {
  const { folder, environment, envName, only } = options;
  const content = await readPm2File(file, options);
  const { apps: written, deploy, findings } = pm2Document(content.value, file);
  const { envFile, variables } = await sourceOf(content.variables, folder);
  const all: Pm2App[] = [];
  for (const each of written) {
    const app = await translatePm2App(each, { folder, environment, envName, deploy, envFile });
    all.push(withOwnLogs(withOwnName(app, all), all, folder));
  }
  const missing = only?.find((name) => !all.some((app) => fitsGlob(name, app.name)));
  if (missing !== undefined) {
    const there = all.map(({ name }) => name).join(", ");
    throw new HitlessError("appNotFound", `${file} has no app "${missing}". It has: ${there}.`);
  }
  const asData: Pm2Finding = {
    option: "(file)",
    verdict: "ignoredByPm2",
    text: "it holds JSON under the name of a program, which pm2 can't read; call it ecosystem.json",
  };
  return {
    apps: only === undefined ? all : all.filter(({ name }) => only.some((pattern) => fitsGlob(pattern, name))),
    findings: content.isData ? [asData, ...findings] : findings,
    variables,
  };
}

/** Where variables come from that the file has set: with `dotenv` from a file that an app can read by itself. */
async function sourceOf(
  variables: Readonly<Record<string, string>>,
  folder: string,
): Promise<{ readonly envFile?: string; readonly variables: Readonly<Record<string, string>> }> {
  const names = Object.keys(variables);
  const envFile = join(folder, ".env");
  if (names.length > 0 && (await isFile(envFile))) {
    const said = await readEnvFile(envFile).catch(() => ({}));
    if (names.every((name) => Object.hasOwn(said, name))) {
      return { envFile, variables: {} };
    }
  }
  return { variables };
}

/** pm2 lets several apps write to one file, of which each has its own part of the output. */
function withOwnLogs(app: Pm2App, others: readonly Pm2App[], folder: string): Pm2App {
  const { config } = app;
  if (config?.logs === undefined) {
    return app;
  }
  const findings: Pm2Finding[] = [];
  const { file, errorFile, ...more } = config.logs;
  const owned = (field: string, path: string | undefined): string | undefined => {
    const writer = path === undefined ? undefined : others.find((other) => writes(other, pathIn(config, path)));
    if (writer !== undefined) {
      const text = `${path} is written by ${writer.name}; of this app hitless logs ${app.name} shows it, or give it a file of its own`;
      findings.push({ option: `(logs.${field})`, verdict: "notSupported", text });
    }
    return writer === undefined ? path : undefined;
  };
  const pathIn = (of: AppConfig, path: string) => resolve(folder, of.cwd ?? ".", path);
  const writes = ({ config: other }: Pm2App, path: string) =>
    [other?.logs?.file, other?.logs?.errorFile].some(
      (each) => other !== undefined && each !== undefined && pathIn(other, each) === path,
    );
  const own = { file: owned("file", file), errorFile: owned("errorFile", errorFile) };
  const { logs: _, ...rest } = config;
  const logs = {
    ...more,
    ...(own.file !== undefined && { file: own.file }),
    ...(own.errorFile !== undefined && { errorFile: own.errorFile }),
  };
  const isLeft = (own.file ?? own.errorFile) !== undefined;
  return { ...app, config: isLeft ? { ...rest, logs } : rest, findings: [...app.findings, ...findings] };
}

/** pm2 lets several apps have one name. */
function withOwnName(app: Pm2App, others: readonly Pm2App[]): Pm2App {
  const taken = (name: string) => others.some((other) => other.name === name);
  if (!taken(app.name)) {
    return app;
  }
  let count = 2;
  while (taken(`${app.name}-${count}`)) {
    count += 1;
  }
  const name = `${app.name}-${count}`;
  const finding: Pm2Finding = {
    option: "name",
    verdict: "translated",
    text: `it is called ${name}, since the name is taken`,
  };
  const { config } = app;
  return {
    ...app,
    name,
    ...(config !== undefined && { config: { ...config, name } }),
    findings: [finding, ...app.findings],
  };
}
