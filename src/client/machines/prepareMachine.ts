import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import * as v from "valibot";
import { HitlessError } from "../../shared/errors.ts";
import { sshFailure } from "./sshFailure.ts";
import type { Machine } from "./sshMachine.ts";
import { collectLines, machineDeadlineMs, preparedFolder, spawnSsh } from "./sshSession.ts";

/** Milliseconds for the files to arrive. */
const copyDeadlineMs = 180_000;

/** The oldest Node.js that runs Hitless. */
const oldestNode = 20;

const answerMark = "HITLESS-PREPARE ";
const noNodeMark = "HITLESS-NO-NODE";

const places = [
  '"$(command -v node)"',
  // A login shell often knows a Node.js that the sessions of ssh do not.
  `"$("\${SHELL:-sh}" -lc "command -v node" </dev/null 2>/dev/null | tail -n 1)"`,
  "/usr/local/bin/node",
  "/opt/homebrew/bin/node",
  '"$HOME/.volta/bin/node"',
  '"$HOME/.local/share/fnm/aliases/default/bin/node"',
  '"$HOME"/.nvm/versions/node/*/bin/node',
];

/** Finds a Node.js, and lets it run the program that comes over stdin. Fixed words: nothing is filled in. */
const withNode =
  `exec sh -c 'o=; for c in ${places.join(" ")}; do ` +
  'if test -x "$c" && v=$("$c" -p process.versions.node </dev/null 2>/dev/null); then ' +
  `if test "\${v%%.*}" -ge ${oldestNode}; then exec "$c" -; fi; o="$o $v"; fi; done; echo "${noNodeMark}$o"'`;

const standingSchema = v.object({
  /** The Node.js that was found there. */
  node: v.string(),
  nodeVersion: v.string(),
  /** Absolute folder into which the command is copied. */
  folder: v.string(),
});
export type Standing = v.InferOutput<typeof standingSchema>;

/**
 * What a machine has for Hitless to run.
 * @throws HitlessError `nodeTooOld` when there is no Node.js of version 20 or newer, or as `openSshSession` does.
 */
export async function probeForPrepare(machine: Machine): Promise<Standing> {
  return runThere(machine, `${preamble}tell({});`, machineDeadlineMs);
}

/**
 * Copies the command line to a machine, into a folder of its user; what runs there goes on with the files it has.
 * @param files Paths of the bundles here.
 * @param version Version of Hitless.
 */
export async function copyToMachine(machine: Machine, files: readonly string[], version: string): Promise<Standing> {
  const contents = await Promise.all(
    files.map(async (file) => [basename(file), (await promisify(gzip)(await readFile(file))).toString("base64")]),
  );
  const program = `${preamble}install(${JSON.stringify(version)}, ${JSON.stringify(Object.fromEntries(contents))});`;
  return runThere(machine, program, copyDeadlineMs);
}

/** What the other side's Node.js runs. Each copy has a folder of its own, since supervisors use theirs while they run. */
const preamble = `"use strict";
const fs = require("node:fs");
const path = require("node:path");
const folder = path.join(require("node:os").homedir(), ${JSON.stringify(preparedFolder)});
const tell = (more) =>
  console.log("\\n${answerMark}" + JSON.stringify({ node: process.execPath, nodeVersion: process.version, folder, ...more }));
const quoted = (text) => "'" + text.split("'").join("'\\\\''") + "'";
function install(version, files) {
  const own = path.join(folder, version + "-" + Date.now().toString(36));
  fs.mkdirSync(own, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(files)) {
    fs.writeFileSync(path.join(own, name), require("node:zlib").gunzipSync(Buffer.from(content, "base64")));
  }
  const launcher = path.join(own, "hitless");
  // Behind "--" Node.js leaves the arguments alone; it would look for its own --env-file in all of them.
  const line = "exec " + quoted(process.execPath) + " -- " + quoted(path.join(own, "cli.cjs")) + ' "$@"';
  fs.writeFileSync(launcher, "#!/bin/sh\\n" + line + "\\n", { mode: 0o755 });
  fs.renameSync(launcher, path.join(folder, "hitless"));
  tell({});
}
`;

function runThere(machine: Machine, program: string, deadlineMs: number): Promise<Standing> {
  return new Promise((resolve, reject) => {
    const child = spawnSsh(machine, withNode);
    const stdout: string[] = [];
    const stderr: string[] = [];
    if (child.stdin === null || child.stdout === null || child.stderr === null) {
      throw new Error("ssh was spawned without pipes");
    }
    collectLines(child.stdout, stdout);
    collectLines(child.stderr, stderr);
    child.stdin.on("error", () => undefined);
    child.stdin.end(program);
    const timer = setTimeout(() => {
      child.kill();
      reject(new HitlessError("deadline", `${machine.name} did not answer within ${deadlineMs / 1_000} s.`));
    }, deadlineMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(new HitlessError("machineUnreachable", `ssh can't be run: ${error.message}.`, { cause: error }));
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      setImmediate(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        try {
          resolve(standingOf(machine, { code, stdout, stderr }));
        } catch (error) {
          reject(error);
        }
      });
    });
  });
}

interface Ended {
  readonly code: number | null;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

function standingOf(machine: Machine, ended: Ended): Standing {
  const answer = ended.stdout.find((line) => line.startsWith(answerMark));
  const none = ended.stdout.find((line) => line.startsWith(noNodeMark));
  if (none !== undefined) {
    const versions = none.slice(noNodeMark.length).trim();
    const found = versions === "" ? "none was found" : `found: ${versions.split(" ").join(", ")}`;
    throw new HitlessError(
      "nodeTooOld",
      `${machine.name} has no Node.js ${oldestNode} or newer (${found}). Install one there, where its ssh sessions or login shell find it.`,
    );
  }
  if (answer === undefined || ended.code !== 0) {
    throw ended.code === 0 || ended.code === 1
      ? new HitlessError("invalidState", `Hitless could not be copied to ${machine.name}.`, {
          detail: [...ended.stderr].filter((line) => line.trim() !== "").slice(-6),
        })
      : sshFailure(machine, ended);
  }
  return v.parse(standingSchema, JSON.parse(answer.slice(answerMark.length)));
}
