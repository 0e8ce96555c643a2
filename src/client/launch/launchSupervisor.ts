import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, realpath, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { LaunchRecipeInput } from "../../shared/appConfig.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { RecipeOrigin, ServiceKeeper } from "../../shared/launch.ts";
import {
  defaultGraceMs,
  type Endpoint,
  type LaunchMessageInput,
  type LaunchReply,
  launchReplySchema,
} from "../../shared/launch.ts";
import { parseMessage } from "../../shared/parseMessage.ts";
import { protocolVersion } from "../../shared/protocol.ts";
import { cleanEnvironment } from "../node/cleanEnvironment.ts";
import { listEndpoints } from "./endpoints.ts";
import { withLaunchLock } from "./launchLock.ts";
import { pidSpace } from "./pidSpace.ts";
import { runtimeFolder } from "./runtimeFolder.ts";
import { newEndpointId, socketPath } from "./socketPath.ts";
import { tidyLogs } from "./tidyLogs.ts";

export interface LaunchOptions {
  readonly recipe: LaunchRecipeInput;
  /** What it was made from, to be read anew by each renewal. */
  readonly origin?: RecipeOrigin;
  /** Absolute path of the Node.js program that runs the supervisor and the workers. */
  readonly node: string;
  /** Absolute path of the bundled supervisor. */
  readonly supervisorFile: string;
  readonly version: string;
  /** How the entry was found, and what is left out of its script. */
  readonly choice?: string;
  /** Keep running when no client is connected. */
  readonly detached: boolean;
  /** Milliseconds without a client before the app is stopped; default 10,000; ignored when `detached`. */
  readonly graceMs?: number;
  /** Default: `runtimeFolder()`. */
  readonly folder?: string;
  /** Whether the client that comes must lose none of the output; default: it may. */
  readonly keepsOutput?: boolean;
  /** The client that comes debugs the app from its first line. */
  readonly debug?: { readonly stopOnEntry: boolean };
  /** The service manager that keeps sockets; their descriptors are the supervisor's from then on, and closed here. */
  readonly service?: ServiceKeeper | undefined;
  /** Aborting it ends the launch: what waits does so no longer, and a supervisor that has not answered yet is stopped. */
  readonly cancelled?: AbortSignal;
  /** Told when another launch of this app is waited for. */
  readonly onDidWait?: () => void;
  /** Called right before the supervisor is spawned: until then there is nothing that would have to be undone. */
  readonly beforeSpawn?: () => void;
  /** Called right after that. */
  readonly onDidSpawn?: (pid: number) => void;
}

const replyDeadlineMs = 15_000;

/** So long, in milliseconds, a start that fails waits for its supervisor to end, and one that is cancelled beyond `killTimeout`. */
const endMs = 5_000;
const logLinesShown = 20;

/** The number that the first kept socket has in the supervisor, behind its channel. */
const firstKept = 4;

/**
 * Megabytes of each half of V8's young generation. A supervisor has little that lives long; with V8's own limit of 16 it
 * comes to keep 15 MB more, since garbage is looked for the later the more room there is.
 */
const youngSpace = "--max-semi-space-size=2";

/**
 * Starts a supervisor that outlives this process, and waits until its control server listens. The app may still fail to
 * start: the snapshot tells.
 * @throws HitlessError `badConfig` for a recipe with NUL characters, `appAlreadyRunning` when an app of this name runs in this folder, `supervisorFailed` with the last
 *   lines of the supervisor's log, `cancelled`, or what the supervisor refused with.
 */
export async function launchSupervisor(options: LaunchOptions): Promise<Endpoint> {
  refuseNul(options.recipe);
  const folder = options.folder ?? runtimeFolder();
  const { name, cwd } = options.recipe;
  // One folder has many names where links lead to it.
  const folderOf = (path: string) => realpath(path).catch(() => path);
  const root = await folderOf(cwd);
  const key = `${root}\n${name}`;
  const launchOnce = async (): Promise<Endpoint> => {
    const named = (await listEndpoints(folder)).filter((endpoint) => endpoint.name === name);
    const roots = await Promise.all(named.map((endpoint) => folderOf(endpoint.root)));
    const running = named.find((endpoint, index) => endpoint.root === cwd || roots[index] === root);
    if (running !== undefined) {
      throw new HitlessError(
        "appAlreadyRunning",
        `"${name}" already runs in ${cwd} (supervisor ${running.pid}). Stop it first, or give this one another name (--name, or "name" in hitless.apps).`,
      );
    }
    await tidyLogs(folder);
    throwIfCancelled(options.cancelled);
    options.beforeSpawn?.();
    return launch(options, folder);
  };
  return withLaunchLock(folder, key, launchOnce, { cancelled: options.cancelled, onDidWait: options.onDidWait });
}

async function launch(options: LaunchOptions, folder: string): Promise<Endpoint> {
  const { recipe, node, supervisorFile, version, detached, graceMs = defaultGraceMs, service } = options;
  const kept = service?.sockets ?? [];
  const id = newEndpointId();
  const message: LaunchMessageInput = {
    kind: "launch",
    protocolVersion,
    version,
    recipe,
    ...(options.origin !== undefined && { origin: options.origin }),
    endpointFile: join(folder, `${id}.json`),
    socket: socketPath(folder, id),
    secret: randomBytes(32).toString("base64url"),
    // It is spawned by this process, so its id is counted where this one's is.
    pidSpace: pidSpace(),
    detached,
    graceMs,
    keepsOutput: options.keepsOutput ?? false,
    ...(options.choice !== undefined && { choice: options.choice }),
    ...(options.debug !== undefined && { debug: options.debug }),
    ...(service !== undefined && {
      service: { ...service, sockets: kept.map(({ name }, at) => ({ name, fd: firstKept + at })) },
    }),
  };
  const logFile = join(folder, `${id}.log`);
  // Opened and closed without a wait in between: the events of a child are emitted whether somebody listens or not.
  const log = openSync(logFile, "a", 0o600);
  // NODE_OPTIONS is meant for the app, which gets it with its recipe.
  const { NODE_OPTIONS: _, ...env } = cleanEnvironment(process.env);
  let child: ChildProcess;
  try {
    child = spawn(node, [youngSpace, supervisorFile], {
      // Not the app's folder: a supervisor must not keep a folder from being removed, nor depend on one that is.
      cwd: [homedir(), tmpdir()].find((candidate) => existsSync(candidate)) ?? folder,
      detached: true,
      env,
      stdio: ["ignore", log, log, "ipc", ...kept.map(({ fd }) => fd)],
      windowsHide: true,
    });
  } finally {
    for (const fd of [log, ...kept.map((socket) => socket.fd)]) {
      closeSync(fd);
    }
  }
  if (child.pid !== undefined) {
    options.onDidSpawn?.(child.pid);
  }
  try {
    const reply = await awaitReply(child, message, options.cancelled);
    if (reply.kind === "refused") {
      throw new HitlessError(reply.code, reply.message);
    }
    const { socket, secret } = message;
    const { name, cwd: root } = recipe;
    const startedAt = Date.now();
    return { protocolVersion, pid: reply.pid, pidSpace: pidSpace(), socket, name, root, secret, startedAt };
  } catch (thrown) {
    const { code, message: text, cause } = toHitlessError(thrown);
    const detail = await lastLines(logFile);
    // One that was told to stop may have started workers, and takes them along; any other is not to be trusted.
    child.kill(code === "cancelled" ? "SIGTERM" : "SIGKILL");
    if (child.pid !== undefined) {
      await ended(child, (code === "cancelled" ? (recipe.killTimeout ?? 0) : 0) + endMs);
    }
    // One that was killed just after it had begun to listen could not remove them.
    const socketFiles = process.platform === "win32" ? [] : [message.socket];
    for (const file of [logFile, message.endpointFile, ...socketFiles]) {
      await rm(file, { force: true }).catch(() => undefined);
    }
    throw new HitlessError(code, text, { detail, cause, remedy: code === "supervisorFailed" ? "retry" : "none" });
  } finally {
    release(child);
  }
}

/** No system takes a NUL character in what a process is started with, and Node's own words for it name no setting. */
function refuseNul({ entry, cwd, args, nodeArgs, env }: LaunchRecipeInput): void {
  const texts: [field: string, text: string][] = [
    ["entry", entry],
    ["cwd", cwd],
    ...(args ?? []).map((text): [string, string] => ["args", text]),
    ...(nodeArgs ?? []).map((text): [string, string] => ["nodeArgs", text]),
    ...Object.entries(env ?? {}).map(([key, text]): [string, string] => [
      `env ${key.replaceAll("\0", "␀")}`,
      key + text,
    ]),
  ];
  const [field] = texts.find(([, text]) => text.includes("\0")) ?? [];
  if (field !== undefined) {
    throw new HitlessError("badConfig", `${field}: holds a NUL character, which no process can be started with.`, {
      remedy: "openSettings",
    });
  }
}

function throwIfCancelled(cancelled: AbortSignal | undefined): void {
  if (cancelled?.aborted === true) {
    throw new HitlessError("cancelled", "The start was cancelled.");
  }
}

function awaitReply(
  child: ChildProcess,
  message: LaunchMessageInput,
  cancelled: AbortSignal | undefined,
): Promise<LaunchReply> {
  return new Promise<LaunchReply>((resolve, reject) => {
    const cancel = () => {
      clearTimeout(timer);
      reject(new HitlessError("cancelled", "The start was cancelled."));
    };
    cancelled?.addEventListener("abort", cancel, { once: true });
    const timer = setTimeout(() => fail(`it did not answer within ${replyDeadlineMs} ms`), replyDeadlineMs);
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new HitlessError("supervisorFailed", `The supervisor could not be started: ${reason}.`));
    };
    // Stays attached: a program that can't be spawned emits more than one error.
    child.on("error", (error) => fail(error.message));
    child.once("exit", (code, signal) => {
      fail(code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`);
    });
    child.once("message", (input: unknown) => {
      try {
        resolve(parseMessage(launchReplySchema, "LaunchReply", input));
        clearTimeout(timer);
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    });
    child.once("spawn", () => {
      // When it can't be sent the supervisor is gone, and its exit tells more than the broken pipe.
      child.send(message, () => undefined);
    });
  });
}

/** Resolves when a process has ended, or after `deadlineMs`. */
function ended(child: ChildProcess, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, deadlineMs);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Lets go of the supervisor, so that this process may end before it. */
function release(child: ChildProcess): void {
  if (child.connected) {
    child.disconnect();
  }
  child.unref();
}

async function lastLines(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trimEnd().split(/\r?\n/).filter(Boolean).slice(-logLinesShown);
}
