import { realpath } from "node:fs/promises";
import { HitlessError, toHitlessError, type UsableNode } from "../../shared/errors.ts";
import { compareVersions, type InstalledNode, installedNodes } from "./installedNodes.ts";
import { locateProgram, nodesOnPath, probeNode } from "./nodeProbe.ts";
import { findNodeVersionFile, matchesWish, type NodeVersionFile } from "./nodeVersionFile.ts";

/** The Node.js that runs an app and its supervisor. */
export interface NodeProgram {
  /** Absolute. */
  readonly path: string;
  /** `process.version`: `v24.1.0`. */
  readonly version: string;
  /** Why it was chosen; `explicit` also for one that was merely found installed, since choosing it makes it so. */
  readonly source: "explicit" | ".nvmrc" | ".node-version" | "PATH";
}

const oldestMajor = 20;

/**
 * Chooses the Node.js of an app: the one named, else the one `.nvmrc` or `.node-version` asks for, else the PATH's.
 * Never the program of this process, which may be Electron.
 * @throws HitlessError `nodeUnusable` or `nodeTooOld`, with the remedy `pickNode`.
 */
export async function resolveNode(options: {
  readonly explicit?: string | undefined;
  readonly cwd: string;
}): Promise<NodeProgram> {
  const { explicit, cwd } = options;
  if (explicit !== undefined) {
    const path = await locateProgram(explicit, cwd, process.env);
    return usable(await probeNode(path, cwd), "explicit", `the Node.js that was chosen, ${path},`);
  }
  const file = await findNodeVersionFile(cwd);
  if (file !== undefined && file.wish !== "system") {
    return resolveWish(file, cwd);
  }
  const [path] = await nodesOnPath(process.env);
  if (path === undefined) {
    throw new HitlessError(
      "nodeUnusable",
      `There is no Node.js on the PATH. Install Node.js ${oldestMajor} or newer, or name the program (setting "node", flag --node).`,
      { remedy: "pickNode" },
    );
  }
  return usable(await probeNode(path, cwd), "PATH", `the Node.js on the PATH, ${path},`);
}

/**
 * The same, for a start: where a file asks for one that can't be used, the error offers one that can.
 * @throws HitlessError as above; its message says how, `node` holds the one that is offered.
 */
export async function resolveNodeToStart(options: Parameters<typeof resolveNode>[0]): Promise<NodeProgram> {
  try {
    return await resolveNode(options);
  } catch (thrown) {
    const { code, message, remedy } = toHitlessError(thrown);
    const node = options.explicit === undefined ? await findUsable(options.cwd) : undefined;
    if (node === undefined || remedy !== "pickNode") {
      throw thrown;
    }
    const offer = `Node.js ${node.version} is here: --node ${node.path} runs the app with it.`;
    throw new HitlessError(code, `${message} ${offer}`, { remedy, node, cause: thrown });
  }
}

/** What names a version rather than a program. */
const versionName = /^(?:v?\d[\dx.*]*|lts(?:\/[\w*-]*)?|node|latest|current|stable)$/i;

/**
 * The Node.js that somebody names by its program or by its version, such as `24` or `lts/*`.
 * @throws HitlessError `nodeUnusable` or `nodeTooOld`, with the remedy `pickNode`.
 */
export async function resolveNamedNode(named: string, cwd: string): Promise<NodeProgram> {
  return versionName.test(named)
    ? resolveWish({ file: `"${named}"`, source: "explicit", wish: named }, cwd)
    : resolveNode({ explicit: named, cwd });
}

/** Every Node.js that can run an app from this folder, newest first, each program once. */
export async function listNodePrograms(cwd: string): Promise<NodeProgram[]> {
  const [onPath, installed, chosen] = await Promise.all([
    nodesOnPath(process.env),
    installedNodes(process.env),
    resolveNode({ cwd }).catch(() => undefined),
  ]);
  const programs = new Map<string, NodeProgram>();
  const add = async (program: NodeProgram) => {
    const real = await realpath(program.path).catch(() => program.path);
    if (!programs.has(real)) {
      programs.set(real, program);
    }
  };
  if (chosen !== undefined) {
    await add(chosen);
  }
  const candidates = [
    ...onPath.map((path) => ({ path, source: "PATH" as const })),
    ...installed.map(({ path }) => ({ path, source: "explicit" as const })),
  ];
  // One after the other: each start of Node.js uses a whole core, and there may be dozens.
  for (const { path, source } of candidates) {
    const probe = await probeNode(path, cwd);
    if (probe.kind === "node" && major(probe.version) >= oldestMajor) {
      await add({ path: probe.path, version: probe.version, source });
    }
  }
  return [...programs.values()].sort((a, b) => compareVersions(b.version.slice(1), a.version.slice(1)));
}

/** The PATH's, else the newest that is installed. */
async function findUsable(cwd: string): Promise<UsableNode | undefined> {
  const [onPath, installed] = await Promise.all([nodesOnPath(process.env), installedNodes(process.env)]);
  for (const path of [...onPath.slice(0, 1), ...installed.map((node) => node.path)]) {
    const probe = await probeNode(path, cwd);
    if (probe.kind === "node" && major(probe.version) >= oldestMajor) {
      return { path: probe.path, version: probe.version };
    }
  }
  return undefined;
}

async function resolveWish(
  { file, source, wish }: Pick<NodeVersionFile, "file" | "wish"> & Pick<NodeProgram, "source">,
  cwd: string,
): Promise<NodeProgram> {
  const [onPath] = await nodesOnPath(process.env);
  const current = onPath === undefined ? undefined : await probeNode(onPath, cwd);
  const installed = (await installedNodes(process.env)).filter(({ version }) => matchesWish(version, wish));
  const fits = current?.kind === "node" && matchesWish(current.version.slice(1), wish) ? current : undefined;
  // `lts/*` and the like mean the newest; for a plain version the one that the terminal would run is best.
  const newest = installed[0];
  if (fits !== undefined && (newest === undefined || /^v?\d/.test(wish) || isNewer(fits.version, newest))) {
    return usable(fits, source, `the Node.js that ${file} asks for`);
  }
  if (newest === undefined) {
    const has = current?.kind === "node" ? `; the PATH has ${current.version}` : "";
    throw new HitlessError(
      "nodeUnusable",
      `${file} asks for Node.js ${wish}, which is not installed${has}. Install it, change the file, or name a program (setting "node", flag --node).`,
      { remedy: "pickNode" },
    );
  }
  return usable(await probeNode(newest.path, cwd), source, `the Node.js that ${file} asks for, ${newest.path},`);
}

function isNewer(version: string, than: InstalledNode): boolean {
  return compareVersions(version.slice(1), than.version) >= 0;
}

function usable(
  probe: Awaited<ReturnType<typeof probeNode>>,
  source: NodeProgram["source"],
  described: string,
): NodeProgram {
  const sentence = described.charAt(0).toUpperCase() + described.slice(1);
  if (probe.kind === "unusable") {
    throw new HitlessError("nodeUnusable", `${sentence} ${probe.reason}.`, { remedy: "pickNode" });
  }
  if (major(probe.version) < oldestMajor) {
    const needs = `Hitless needs Node.js ${oldestMajor} or newer; name one (setting "node", flag --node)`;
    throw new HitlessError("nodeTooOld", `${sentence} is ${probe.version}. ${needs}.`, { remedy: "pickNode" });
  }
  return { path: probe.path, version: probe.version, source };
}

function major(version: string): number {
  return Number.parseInt(version.slice(1), 10);
}
