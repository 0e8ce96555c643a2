import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { cleanEnvironment } from "./cleanEnvironment.ts";

/** Milliseconds for a program to print its version. */
const probeDeadlineMs = 5_000;

const nodeFileName = process.platform === "win32" ? "node.exe" : "node";

export type NodeProbe =
  | { readonly kind: "node"; readonly path: string; readonly version: string }
  | { readonly kind: "unusable"; readonly path: string; readonly reason: string };

/**
 * Runs a program to find out whether it is Node.js, and its version.
 * @param path Absolute path of the program.
 * @param cwd Folder of the app: the shims of version managers depend on it.
 */
export async function probeNode(path: string, cwd: string): Promise<NodeProbe> {
  const answer = await ask(path, ["--version"], cwd);
  if (answer.kind === "failed") {
    return { kind: "unusable", path, reason: answer.reason };
  }
  if (!/^v\d+\.\d+\.\d+(?:[-+.]\S*)?$/.test(answer.text)) {
    const said = answer.text.split("\n")[0]?.slice(0, 80) ?? "";
    return { kind: "unusable", path, reason: `is not Node.js: its --version says "${said}"` };
  }
  if (await isShim(path)) {
    const behind = await ask(path, ["-p", "process.execPath"], cwd);
    if (behind.kind === "text" && isAbsolute(behind.text)) {
      return { kind: "node", path: behind.text, version: answer.text };
    }
  }
  return { kind: "node", path, version: answer.text };
}

/** Every Node.js on the PATH, in its order; not probed. */
export async function nodesOnPath(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (environment.PATH ?? environment.Path ?? "").split(delimiter).filter(isAbsolute);
  const files = await Promise.all(folders.map((folder) => existingFile(join(folder, nodeFileName))));
  return [...new Set(files.filter((file) => file !== undefined))];
}

/** The absolute path that the user's `node` setting means: a path (`~` and relative allowed), or a name on the PATH. */
export async function locateProgram(written: string, cwd: string, environment: NodeJS.ProcessEnv): Promise<string> {
  if (written.startsWith("~/") || written.startsWith("~\\")) {
    return join(homedir(), written.slice(2));
  }
  if (written.includes("/") || written.includes("\\")) {
    return resolve(cwd, written);
  }
  const names = process.platform === "win32" ? [written, `${written}.exe`] : [written];
  for (const folder of (environment.PATH ?? environment.Path ?? "").split(delimiter).filter(isAbsolute)) {
    for (const name of names) {
      const file = await existingFile(join(folder, name));
      if (file !== undefined) {
        return file;
      }
    }
  }
  return resolve(cwd, written);
}

type Answer = { readonly kind: "text"; readonly text: string } | { readonly kind: "failed"; readonly reason: string };

function ask(path: string, args: readonly string[], cwd: string): Promise<Answer> {
  // NODE_OPTIONS may hold what only the app's own Node understands, or a debugger's hook.
  const { NODE_OPTIONS: _, ...env } = cleanEnvironment(process.env);
  // A missing folder is reported where it is configured; here it would look like a missing program.
  const there = existsSync(cwd) ? { cwd } : {};
  return new Promise((settle) => {
    const options = { ...there, env, timeout: probeDeadlineMs, killSignal: "SIGKILL", windowsHide: true } as const;
    try {
      const child = execFile(path, [...args], options, (error, stdout) => {
        settle(error === null ? { kind: "text", text: stdout.trim() } : { kind: "failed", reason: explain(error) });
      });
      child.stdin?.end();
    } catch (error) {
      settle({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
    }
  });
}

function explain(error: Error & { code?: unknown; killed?: boolean | undefined }): string {
  if (error.killed === true) {
    return `does not answer --version within ${probeDeadlineMs} ms`;
  }
  switch (error.code) {
    case "ENOENT":
      return "does not exist";
    case "EACCES":
      return "may not be executed";
    case "ENOEXEC":
      return "is not a program";
    default:
      return typeof error.code === "number"
        ? `is not Node.js: its --version ends with exit code ${error.code}`
        : `can't be run: ${error.message}`;
  }
}

/** Whether this program is a shim for another, as with Volta, asdf, nodenv, mise and snap. */
async function isShim(path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => path);
  if (basename(real) !== nodeFileName || /^(?:shims|volta)$/i.test(basename(dirname(path)))) {
    return true;
  }
  if (process.platform === "win32") {
    return false;
  }
  const file = await open(real).catch(() => undefined);
  if (file === undefined) {
    return false;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.toString("latin1") === "#!";
  } finally {
    await file.close();
  }
}

async function existingFile(file: string): Promise<string | undefined> {
  return (await realpath(file).catch(() => undefined)) === undefined ? undefined : file;
}
