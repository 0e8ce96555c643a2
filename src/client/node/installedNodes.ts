import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

export interface InstalledNode {
  readonly path: string;
  /** As in the folder's name, such as `20.11.1`. */
  readonly version: string;
}

interface Place {
  /** Contains one folder for each version. */
  readonly folder: string | undefined;
  /** Path of the program inside that folder. */
  readonly program: readonly string[];
}

/** The Node.js versions that nvm, fnm, Volta, asdf, nodenv, mise and n have installed, newest first; not probed. */
export async function installedNodes(environment: NodeJS.ProcessEnv): Promise<InstalledNode[]> {
  const found = await Promise.all(places(environment).map(readPlace));
  return found.flat().sort((a, b) => compareVersions(b.version, a.version));
}

function places(env: NodeJS.ProcessEnv): Place[] {
  const home = homedir();
  const under = (base: string | undefined, ...rest: string[]) => (base === undefined ? undefined : join(base, ...rest));
  if (process.platform === "win32") {
    return [
      { folder: env.NVM_HOME, program: ["node.exe"] },
      {
        folder: under(env.FNM_DIR ?? under(env.APPDATA, "fnm"), "node-versions"),
        program: ["installation", "node.exe"],
      },
      {
        folder: under(env.VOLTA_HOME ?? under(env.LOCALAPPDATA, "Volta"), "tools", "image", "node"),
        program: ["node.exe"],
      },
    ];
  }
  const program = ["bin", "node"];
  const fnm = env.FNM_DIR === undefined ? fnmFolders(home) : [env.FNM_DIR];
  return [
    { folder: join(env.NVM_DIR ?? join(home, ".nvm"), "versions", "node"), program },
    ...fnm.map((folder) => ({ folder: join(folder, "node-versions"), program: ["installation", ...program] })),
    { folder: join(env.VOLTA_HOME ?? join(home, ".volta"), "tools", "image", "node"), program },
    { folder: join(env.ASDF_DATA_DIR ?? join(home, ".asdf"), "installs", "nodejs"), program },
    { folder: join(env.NODENV_ROOT ?? join(home, ".nodenv"), "versions"), program },
    { folder: join(env.MISE_DATA_DIR ?? join(home, ".local", "share", "mise"), "installs", "node"), program },
    { folder: join(env.N_PREFIX ?? "/usr/local", "n", "versions", "node"), program },
  ];
}

function fnmFolders(home: string): string[] {
  return [
    join(home, ".local", "share", "fnm"),
    join(home, "Library", "Application Support", "fnm"),
    join(home, ".fnm"),
  ];
}

async function readPlace({ folder, program }: Place): Promise<InstalledNode[]> {
  if (folder === undefined) {
    return [];
  }
  const names = await readdir(folder).catch(() => []);
  // Links such as mise's `20` beside `20.11.1` list a version a second time.
  const versions = names.filter((name) => /^v?\d+\.\d+\.\d+$/.test(name));
  const nodes = await Promise.all(
    versions.map(async (name) => {
      const path = join(folder, name, ...program);
      const there = await stat(path).then(
        (stats) => stats.isFile(),
        () => false,
      );
      return there ? [{ path, version: name.replace(/^v/, "") }] : [];
    }),
  );
  return nodes.flat();
}

/** Negative when `a` is the older of two versions such as `20.11.1`. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}
