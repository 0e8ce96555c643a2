// `npm run fleet-lab`: three machines with sshd and an app each, nginx and HAProxy in front of them, and a laptop to type
// on, in network namespaces of their own, and VS Code on their project. Ctrl-C ends all of it, and nothing of it stays.
import { randomBytes } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { ensureLabPrograms, type Lab, labObstacle, openLab } from "../test/support/lab/lab.ts";
import { appPort, balancerPort } from "../test/support/lab/labFiles.ts";
import { labFleets } from "../test/support/lab/labFleet.ts";
import { projectRoot } from "../test/support/paths.ts";
import { run } from "../test/support/programs.ts";
import type { Workbench } from "../test/support/workbench.ts";
import { showInBrowser } from "./support/desktop.ts";
import { startLabWorkbench } from "./support/labWorkbench.ts";
import { giveUp } from "./support/prepare.mjs";

/** Milliseconds for the workbench to end; what is left of it has nobody to serve. */
const stopDeadlineMs = 20_000;

const ended = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => resolve());
  }
});

const obstacle = labObstacle();
if (obstacle !== null) {
  giveUp(`The lab of machines ${obstacle}.`);
}
try {
  const build = await run(process.execPath, [join(projectRoot, "scripts", "build.mjs")], { deadlineMs: 120_000 });
  if (build.code !== 0) {
    throw new Error(`The build failed:\n${build.output}`);
  }
  await ensureLabPrograms();
  process.stdout.write("Starting the machines …\n");
  const lab = await openLab();
  labFleets(lab, { shop: { verify: { url: `http://127.0.0.1:${appPort}/` }, balancer: haproxyOf(lab) } });
  const enter = writeEnter(lab);
  process.stdout.write(describeLab(lab, enter));
  const workbench = openWorkbench(lab, enter);
  await ended;
  process.stdout.write("Stopping …\n");
  await Promise.race([workbench.then((opened) => opened?.stop()), delay(stopDeadlineMs, undefined, { ref: false })]);
  await lab.close();
} catch (error) {
  giveUp(error instanceof Error ? error.message : String(error));
}
process.exit(0);

/** Never rejects: without it there is still the lab. */
async function openWorkbench(lab: Lab, enter: string): Promise<Workbench | undefined> {
  try {
    const workbench = await startLabWorkbench(lab, enter, randomBytes(16).toString("hex"));
    const address = workbench.address({ open: lab.folder });
    const isShown = showInBrowser(address);
    const how = isShown ? "Your browser opens it." : "Open it in a browser on this machine.";
    process.stdout.write(
      `VS Code on the project of the lab is at\n\n  ${address}\n\n${how} Its view Hitless has the machines and the fleet.\n`,
    );
    return workbench;
  } catch (error) {
    process.stdout.write(`VS Code could not be opened: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

function describeLab(lab: Lab, enter: string): string {
  const { laptop, machines, nginx, haproxy, folder } = lab;
  const hosts = [laptop, ...machines, nginx, haproxy].map(({ name, address }) => `  ${name.padEnd(12)} ${address}`);
  const [first = laptop] = machines;
  return `
${hosts.join("\n")}

The app "shop" listens on port ${appPort} of each machine, the balancers on ${balancerPort}. Their network is not that of this system, so
go in from another terminal:

  ${enter} laptop                                  a shell on the laptop
  ${enter} laptop curl -s http://${nginx.name}/       ask the app through nginx
  ${enter} laptop ssh ${first.name} hitless status shop    a command on a machine, as a person gives it
  ${enter} laptop hitless fleet status shop           the fleet of ${folder}/hitless.json
  ${enter} laptop hitless fleet reload shop           renews it
  ${enter} laptop hitless fleet restart shop          restarts it, each machine out of HAProxy meanwhile

ssh on the laptop knows all hosts (configuration and keys: ${folder}). The app of a machine is in
${folder}/apps: write a new version.txt, then reload. Ctrl-C ends everything.
`;
}

function haproxyOf({ machines, haproxy }: Lab): object {
  const servers = Object.fromEntries(machines.map(({ name }) => [name, `app/${name}`]));
  return { kind: "haproxy", machine: haproxy.name, servers };
}

/** A program that runs another on a host of the lab; a shell if none is named. */
function writeEnter({ folder, laptop, machines, nginx, haproxy, env }: Lab): string {
  const file = join(folder, "enter");
  const cases = [laptop, ...machines, nginx, haproxy].map(({ name, pid }) => `  ${name}) pid=${pid} ;;`);
  const variables = Object.entries(env).map(([name, value]) => `'${name}=${value}'`);
  writeFileSync(
    file,
    [
      "#!/bin/sh",
      'case "$1" in',
      ...cases,
      '  *) echo "Usage: $0 HOST [COMMAND …]" >&2; exit 2 ;;',
      "esac",
      "shift",
      '[ "$#" -gt 0 ] || set -- /bin/sh',
      `exec nsenter --target "$pid" --net --mount --uts --pid --wd=${folder} -- env ${variables.join(" ")} "$@"`,
      "",
    ].join("\n"),
  );
  chmodSync(file, 0o755);
  return file;
}
