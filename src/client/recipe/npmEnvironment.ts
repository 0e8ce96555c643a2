import { delimiter, join } from "node:path";
import { foldersAbove } from "../project/foldersAbove.ts";
import { readPackageJson } from "../project/packageJson.ts";

export interface NpmEnvironmentOptions {
  /** The folder of the package.json. */
  readonly folder: string;
  /** The script that says how the app is started; absent: none does. */
  readonly script?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * What npm adds to the environment of a script: the facts of package.json, and the programs of its packages in the PATH.
 * https://docs.npmjs.com/cli/using-npm/scripts#environment
 */
export async function npmEnvironment(options: NpmEnvironmentOptions): Promise<Record<string, string>> {
  const { folder, script, environment } = options;
  const { name, version, config, engines, scripts, problem } = await readPackageJson(folder);
  if (problem !== undefined || (name === undefined && version === undefined && script === undefined)) {
    return {};
  }
  const facts: Record<string, string> = {
    npm_package_json: join(folder, "package.json"),
    ...(name !== undefined && { npm_package_name: name }),
    ...(version !== undefined && { npm_package_version: version }),
    ...flat("npm_package_config", config),
    ...flat("npm_package_engines", engines),
  };
  if (script === undefined) {
    return facts;
  }
  const pathName = Object.keys(environment).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const programs = foldersAbove(folder).map((base) => join(base, "node_modules", ".bin"));
  const path = [...programs, ...(environment[pathName] === undefined ? [] : [environment[pathName]])].join(delimiter);
  return {
    ...facts,
    npm_lifecycle_event: script,
    npm_lifecycle_script: scripts?.[script] ?? "",
    [pathName]: path,
  };
}

function flat(prefix: string, values: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const usable = Object.entries(values ?? {}).filter(([, value]) => /^(?:string|number|boolean)$/.test(typeof value));
  return Object.fromEntries(usable.map(([name, value]) => [`${prefix}_${name.replace(/\W/g, "_")}`, String(value)]));
}
