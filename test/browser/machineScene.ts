import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../support/paths.ts";
import { freePort } from "../support/process/freePort.ts";
import { type SshMachines, startSshMachines } from "../support/process/sshMachines.ts";
import { endSupervisors } from "../support/supervisors.ts";

/** A project whose only file names machines: two that serve an app as a fleet, one without Hitless, and one that is gone. */
export interface MachineScene {
  /** The project; nothing but `hitless.json` is in it. */
  readonly folder: string;
  readonly lab: SshMachines;
  /** Variables of a VS Code that reaches the machines. */
  readonly env: Readonly<Record<string, string>>;
  /** Ports of the app on web1 and web2. */
  readonly ports: readonly [web1: number, web2: number];
  /** Writes into a file of the app on a machine. */
  write(machine: "web1" | "web2", file: string, text: string): void;
  /** Writes `hitless.json` anew, with other settings of the fleet. */
  configureFleet(changes: object): void;
  close(): Promise<void>;
}

const serving = ["web1", "web2"] as const;

export async function openMachineScene(): Promise<MachineScene> {
  const cliFile = join(projectRoot, "dist", "cli.cjs");
  chmodSync(cliFile, 0o755);
  const lab = await startSshMachines([...serving, "bare"], cliFile);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "hitless-project-")));
  const homeOf = (name: string) => join(lab.machines.find((machine) => machine.name === name)?.home ?? "", "shop");
  const close = async (): Promise<void> => {
    await Promise.all(lab.machines.map(({ runtime }) => endSupervisors(runtime)));
    await lab.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    rmSync(join(lab.machines.find(({ name }) => name === "bare")?.bin ?? "", "hitless"));
    const ports: [number, number] = [await freePort(), await freePort()];
    for (const [index, name] of serving.entries()) {
      const runtime = lab.machines[index]?.runtime ?? "";
      mkdirSync(homeOf(name));
      cpSync(join(projectRoot, "test", "fixtures", "plain"), homeOf(name), { recursive: true });
      appendFileSync(join(homeOf(name), "server.js"), pausing);
      await start(cliFile, homeOf(name), { HITLESS_RUNTIME_DIR: runtime, PORT: String(ports[index]) });
    }
    const configureFleet = (changes: object): void => {
      const fleets = { shop: { ...project.fleets.shop, ...changes } };
      writeFileSync(join(folder, "hitless.json"), JSON.stringify({ ...project, fleets }, undefined, 2));
    };
    configureFleet({});
    return {
      folder,
      lab,
      env: { PATH: lab.env.PATH ?? "" },
      ports,
      write: (machine, file, text) => writeFileSync(join(homeOf(machine), file), text),
      configureFleet,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A request for `/pause` stops the worker that a debugger is attached to. */
const pausing = `
require("node:diagnostics_channel").subscribe("http.server.request.start", ({ request }) => {
  if (request.url === "/pause") {
    debugger;
  }
});
`;

const project = {
  machines: { web1: "web1", web2: "web2", bare: "bare", gone: "root@127.0.0.99" },
  fleets: { shop: { app: "shop", machines: [...serving] } },
};

async function start(cliFile: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const words = ["start", join(folder, "server.js"), "--name", "shop", "--workers", "2", "--detach"];
  const child = spawn(process.execPath, [cliFile, ...words], { cwd: folder, env: { ...process.env, ...env } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const [code] = await once(child, "exit");
  if (code !== 0) {
    throw new Error(`The app did not start (exit code ${code}):\n${said}`);
  }
}
