// What every script does first. It runs on whatever Node.js the machine has (20 or later), before anything is
// installed, so it is plain JavaScript that imports nothing but Node's own modules.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));
const pinnedNode = join(projectRoot, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/**
 * Installs the project's packages if some are missing, then runs a TypeScript file of `scripts/` on the Node.js that
 * the project pins: in this process if it is that one already, else in a child that gets our signals and whose exit
 * code becomes ours.
 */
export async function runPrepared(file) {
  requireNode20();
  installPackages();
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  if (process.version === `v${pinnedVersion()}`) {
    await import(pathToFileURL(path).href);
  } else {
    process.exitCode = await runChild(pinnedNode, [path, ...process.argv.slice(2)]);
  }
}

/** Ends the script with one message for the person. */
export function giveUp(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

/** The command line of npm as a program and its first arguments; `npm` itself is a shell script on Windows. */
export function npmCommand(node = process.execPath) {
  const candidates = [
    process.env.npm_execpath,
    join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js"),
    join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const cli = candidates.find((path) => path?.endsWith("npm-cli.js") && existsSync(path));
  return cli === undefined ? { program: "npm", args: [] } : { program: node, args: [cli] };
}

function requireNode20() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < 20) {
    giveUp(`Hitless needs Node.js 20 or later to build; this is ${process.version} (${process.execPath}).`);
  }
}

function installPackages() {
  const missing = firstMissingPackage();
  if (missing === null) {
    return;
  }
  // `npm ci` deletes node_modules first, which fails on Windows when it holds the Node.js that runs, and is unkind to
  // whatever else runs from there. So it is for an empty checkout only; an outdated one is mended.
  const command = existsSync(join(projectRoot, "node_modules")) ? "install" : "ci";
  process.stdout.write(`Installing packages (npm ${command}: ${missing}) …\n`);
  const npm = npmCommand();
  const result = spawnSync(npm.program, [...npm.args, command, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: projectRoot,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 480_000,
  });
  if (result.status !== 0) {
    giveUp(`npm ${command} failed${result.error ? `: ${result.error.message}` : ""}. Its own message is above.`);
  }
  if (!existsSync(pinnedNode)) {
    giveUp(
      `npm ${command} did not install ${pinnedNode}. Its install script was skipped: run "npm rebuild node" in ${projectRoot}.`,
    );
  }
}

/** Says which package the lock file asks for and node_modules does not have; null when all is there. */
function firstMissingPackage() {
  const wanted = readLock(join(projectRoot, "package-lock.json"));
  const present = readLock(join(projectRoot, "node_modules", ".package-lock.json"));
  if (wanted === null) {
    giveUp("package-lock.json is missing or unreadable: this is no complete checkout of Hitless.");
  }
  if (present === null || !existsSync(pinnedNode)) {
    return "nothing is installed yet";
  }
  for (const [path, entry] of Object.entries(wanted)) {
    const skippable = path === "" || entry.optional || entry.devOptional || entry.peer;
    if (!skippable && present[path]?.version !== entry.version) {
      return `${path.replace("node_modules/", "")} ${entry.version} is missing`;
    }
  }
  return null;
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return null;
  }
}

function pinnedVersion() {
  return JSON.parse(readFileSync(join(projectRoot, "node_modules", "node", "package.json"), "utf8")).version;
}

/** Signals reach the child twice when a terminal sends them to the whole group, so children must bear that. */
function runChild(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.on(signal, () => child.kill(signal));
    }
    child.once("error", (error) => giveUp(`Could not run ${program}: ${error.message}`));
    child.once("exit", (code, signal) => resolve(signal === null ? code : 1));
  });
}
