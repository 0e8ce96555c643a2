import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { LaunchRecipe } from "../shared/appConfig.ts";
import { HitlessError } from "../shared/errors.ts";
import {
  defaultGraceMs,
  type Endpoint,
  type LaunchMessage,
  type LaunchReply,
  launchReplySchema,
} from "../shared/launch.ts";
import { parseMessage, protocolVersion } from "../shared/protocol.ts";
import { cleanEnvironment } from "./cleanEnvironment.ts";
import { listEndpoints } from "./endpoints.ts";
import { withLaunchLock } from "./launchLock.ts";
import { runtimeFolder } from "./runtimeFolder.ts";
import { newEndpointId, socketPath } from "./socketPath.ts";

export interface LaunchOptions {
  readonly recipe: LaunchRecipe;
  /** Absolute path of the Node.js program that runs the supervisor and the workers. */
  readonly node: string;
  /** Absolute path of the bundled supervisor. */
  readonly supervisorFile: string;
  readonly version: string;
  /** Keep running when no client is connected. */
  readonly detached: boolean;
  /** Milliseconds without a client before the app is stopped; default 10,000; ignored when `detached`. */
  readonly graceMs?: number;
  /** Default: `runtimeFolder()`. */
  readonly folder?: string;
}

const replyDeadlineMs = 15_000;
const logLinesShown = 20;

/**
 * Starts a supervisor that outlives this process, and waits until its control server listens. The app may still fail to
 * start: the snapshot tells.
 * @throws HitlessError `appAlreadyRunning` when an app of this name runs in this folder, `supervisorFailed` with the last
 *   lines of the supervisor's log, or what the supervisor refused with.
 */
export async function launchSupervisor(options: LaunchOptions): Promise<Endpoint> {
  const folder = options.folder ?? runtimeFolder();
  const { name, cwd } = options.recipe;
  return withLaunchLock(folder, `${cwd}\n${name}`, async () => {
    const running = (await listEndpoints(folder)).find((endpoint) => endpoint.name === name && endpoint.root === cwd);
    if (running !== undefined) {
      throw new HitlessError(
        "appAlreadyRunning",
        `"${name}" already runs in ${cwd} (supervisor ${running.pid}). Stop it first, or give this one another name.`,
      );
    }
    return launch(options, folder);
  });
}

async function launch(options: LaunchOptions, folder: string): Promise<Endpoint> {
  const { recipe, node, supervisorFile, version, detached, graceMs = defaultGraceMs } = options;
  const id = newEndpointId();
  const message: LaunchMessage = {
    kind: "launch",
    protocolVersion,
    version,
    recipe,
    endpointFile: join(folder, `${id}.json`),
    socket: socketPath(folder, id),
    secret: randomBytes(32).toString("base64url"),
    detached,
    graceMs,
  };
  const logFile = join(folder, `${id}.log`);
  const log = await open(logFile, "a", 0o600);
  // NODE_OPTIONS is meant for the app, which gets it with its recipe.
  const { NODE_OPTIONS: _, ...env } = cleanEnvironment(process.env);
  let child: ChildProcess;
  try {
    child = spawn(node, [supervisorFile], {
      // Not the app's folder: a supervisor must not keep a folder from being removed, nor depend on one that is.
      cwd: [homedir(), tmpdir()].find((candidate) => existsSync(candidate)) ?? folder,
      detached: true,
      env,
      stdio: ["ignore", log.fd, log.fd, "ipc"],
      windowsHide: true,
    });
  } finally {
    await log.close();
  }
  try {
    const reply = await awaitReply(child, message);
    if (reply.kind === "refused") {
      throw new HitlessError(reply.code, reply.message, { detail: await lastLines(logFile) });
    }
    release(child);
    const { socket, secret } = message;
    return {
      protocolVersion,
      pid: reply.pid,
      socket,
      name: recipe.name,
      root: recipe.cwd,
      secret,
      startedAt: Date.now(),
    };
  } catch (error) {
    const reason = error instanceof HitlessError ? error : undefined;
    const detail = await lastLines(logFile);
    child.kill("SIGKILL");
    release(child);
    await rm(logFile, { force: true }).catch(() => undefined);
    throw reason ?? new HitlessError("supervisorFailed", `The supervisor could not be started: ${error}`, { detail });
  }
}

function awaitReply(child: ChildProcess, message: LaunchMessage): Promise<LaunchReply> {
  return new Promise((resolve, reject) => {
    const fail = (text: string) => reject(new Error(text));
    const timer = setTimeout(() => fail(`it did not answer within ${replyDeadlineMs} ms`), replyDeadlineMs);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code, signal) =>
      fail(code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`),
    );
    child.once("message", (input: unknown) => {
      try {
        resolve(parseMessage(launchReplySchema, "LaunchReply", input));
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    });
    child.once("exit", () => clearTimeout(timer));
    child.once("message", () => clearTimeout(timer));
    child.once("error", () => clearTimeout(timer));
    child.send(message, (error) => {
      // An exit tells more than the broken pipe before it, and always follows.
      if (error !== null && child.pid === undefined) {
        fail(error.message);
      }
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
