import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunCommand } from "../../../src/client/machines/runCommand.ts";
import { projectRoot } from "../paths.ts";
import { isAlive } from "../process/processes.ts";
import { poll } from "../process/until.ts";
import { findProgram } from "../programs.ts";
import { ensureSystem, programNeed } from "../systemPackages.ts";
import { appPort, haproxyConfig, type LabFiles, nginxConfig, writeLabFiles } from "./labFiles.ts";
import { type LabNode, openNode } from "./labNode.ts";

const prefix = "hitless-lab-";

/** The machines' names and addresses, of a network that is nowhere but in the lab. */
export const machines = [
  { name: "web1", address: "10.77.0.11" },
  { name: "web2", address: "10.77.0.12" },
  { name: "web3", address: "10.77.0.13" },
] as const;
const laptop = { name: "laptop", address: "10.77.0.2" };
const nginx = { name: "lb-nginx", address: "10.77.0.3" };
const haproxy = { name: "lb-haproxy", address: "10.77.0.4" };

/** Three machines with sshd and an app each, two balancers in front, and the computer of a person beside them. */
export interface Lab {
  readonly folder: string;
  /** Variables of a login on any host. */
  readonly env: Readonly<Record<string, string>>;
  /** Where commands are typed, and clients come from. */
  readonly laptop: LabNode;
  readonly machines: readonly LabNode[];
  readonly nginx: LabNode;
  readonly haproxy: LabNode;
  /** Runs commands on a host as the laptop does, by its ssh. */
  over(host: string): RunCommand;
  /** The folder of the app on a machine. */
  appFolder(machine: string): string;
  /** Makes the next renewal of a machine bring this release. */
  release(machine: string, version: string): void;
  /** Gives nginx the content of its upstream, and further directives of `http`, and reloads it. */
  configureNginx(upstream: string, http?: string): Promise<void>;
  close(): Promise<void>;
}

/** Why there can't be a lab here; null if there can. */
export function labObstacle(): string | null {
  if (process.platform !== "linux") {
    return "needs Linux, for its network namespaces";
  }
  if (process.getuid?.() !== 0) {
    return "needs root, to make network namespaces";
  }
  const tried = spawnSync("unshare", ["--net", "--mount", "--uts", "--pid", "--fork", "true"], { encoding: "utf8" });
  return tried.status === 0 ? null : `namespaces can't be made here: ${tried.stderr?.trim() ?? String(tried.error)}`;
}

/** Installs what Debian must provide. */
export async function ensureLabPrograms(): Promise<void> {
  const need = (debianPackage: string, names: readonly string[]) =>
    programNeed(debianPackage, () => findProgram(names) !== null);
  await ensureSystem(
    [
      need("nginx-light", ["nginx", "/usr/sbin/nginx"]),
      need("haproxy", ["haproxy", "/usr/sbin/haproxy"]),
      need("openssh-server", ["sshd", "/usr/sbin/sshd"]),
      need("openssh-client", ["ssh"]),
      need("iproute2", ["ip", "/usr/sbin/ip"]),
      need("procps", ["ps"]),
    ],
    "the lab of machines",
  );
}

export interface LabOptions {
  /** Workers on each machine; default 2. */
  readonly workers?: number;
  /** Further flags of `hitless start`. */
  readonly flags?: readonly string[];
  /** The app runs under something else; default false. */
  readonly withoutApp?: boolean;
}

/** Makes it; nothing of the real system's network and configuration is touched. */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  sweepFolders();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  chmodSync(folder, 0o755);
  const open: LabNode[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map((node) => node.close()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const hosts = [...machines, laptop, nginx, haproxy];
    const files = writeLabFiles(folder, hosts);
    const wire = await openNode({ name: "switch", address: "", env: files.env });
    open.push(wire);
    await wire.must(["ip", "link", "add", "bridge", "type", "bridge"]);
    await wire.must(["ip", "link", "set", "bridge", "up"]);
    const nodes = new Map<string, LabNode>();
    for (const { name, address } of hosts) {
      const node = await openNode({ name, address, env: files.env });
      open.push(node);
      nodes.set(name, node);
      await connect(wire, node);
      await furnish(node, folder, files);
    }
    const nodeOf = (name: string): LabNode => {
      const node = nodes.get(name);
      if (node === undefined) {
        throw new Error(`The lab has no host ${name}.`);
      }
      return node;
    };
    const lab = makeLab({ folder, env: files.env, nodeOf, close });
    await Promise.all(hosts.map(({ name }) => listensForSsh(lab, nodeOf(name))));
    if (options.withoutApp !== true) {
      await Promise.all(lab.machines.map((machine) => startApp(lab, machine, options)));
    }
    // Behind the apps: HAProxy takes a server that fails its first checks for down, also for a while after it has come.
    await startBalancers(lab);
    return lab;
  } catch (error) {
    await close();
    throw error;
  }
}

function makeLab({
  folder,
  env,
  nodeOf,
  close,
}: Pick<Lab, "folder" | "env" | "close"> & { nodeOf: (name: string) => LabNode }): Lab {
  const appFolder = (machine: string) => join(folder, "apps", machine);
  const upstream = machines.map(({ address }) => `server ${address}:${appPort};`).join(" ");
  for (const { name } of machines) {
    cpSync(join(projectRoot, "test", "fixtures", "plain"), appFolder(name), { recursive: true });
    writeFileSync(join(appFolder(name), "version.txt"), "1");
  }
  for (const [name, text] of [
    ["nginx/nginx.conf", nginxConfig(upstream)],
    ["haproxy/haproxy.cfg", haproxyConfig(machines)],
  ] as const) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const balancer = nodeOf(nginx.name);
  return {
    folder,
    env,
    close,
    laptop: nodeOf(laptop.name),
    machines: machines.map(({ name }) => nodeOf(name)),
    nginx: balancer,
    haproxy: nodeOf(haproxy.name),
    over: (host) => (argv, options) => nodeOf(laptop.name).run(["ssh", "-T", host, ...argv.map(quoted)], options),
    appFolder,
    release: (machine, version) => writeFileSync(join(appFolder(machine), "version.txt"), version),
    async configureNginx(text, http) {
      writeFileSync(join(folder, "nginx", "nginx.conf"), nginxConfig(text, http));
      await balancer.must(["nginx", "-t"]);
      await balancer.must(["nginx", "-s", "reload"]);
    },
  };
}

/** A word for the shell of the other side. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Folders of labs whose process was killed. */
function sweepFolders(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (pid > 0 && !isAlive(pid)) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

/** A cable from the switch. The other end is made in the network of the host at once, so none is ever in that of the system. */
async function connect(wire: LabNode, { name, address, pid, must }: LabNode): Promise<void> {
  // In the switch, processes are counted anew: the namespace is found by the descriptor of one that was opened outside.
  await attach(wire, { name, pid });
  await must(["ip", "link", "set", "lo", "up"]);
  await must(["ip", "address", "add", `${address}/24`, "dev", "eth0"]);
  await must(["ip", "link", "set", "eth0", "up"]);
}

async function attach(wire: LabNode, { name, pid }: { name: string; pid: number }): Promise<void> {
  const inNetOfSwitch = (args: readonly string[]) => {
    const done = spawnSync("nsenter", ["--target", String(wire.pid), "--net", "--", "ip", "link", ...args], {
      encoding: "utf8",
    });
    if (done.status !== 0) {
      throw new Error(`ip link ${args.join(" ")}: ${done.stderr}`);
    }
  };
  inNetOfSwitch(["add", name, "type", "veth", "peer", "name", "eth0", "netns", String(pid)]);
  inNetOfSwitch(["set", name, "master", "bridge"]);
  inNetOfSwitch(["set", name, "up"]);
}

/** Its own `/run` and name, users and hosts as in the lab, and in the place of balancers' folders those of the lab. */
async function furnish({ name, must }: LabNode, folder: string, { overlays }: LabFiles): Promise<void> {
  await must(["hostname", name]);
  await must(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"]);
  for (const [place, file] of Object.entries(overlays)) {
    await must(["mount", "--bind", file, place]);
  }
  await must(["mkdir", "-p", "/run/sshd", "/run/haproxy", "/run/home/.ssh"]);
  await must(["chmod", "700", "/run/home", "/run/home/.ssh"]);
  await must(["mkdir", "-m", "700", "/run/hitless"]);
  await must(["cp", join(folder, "ssh_config"), "/run/home/.ssh/config"]);
}

async function listensForSsh(lab: Lab, node: LabNode): Promise<void> {
  await node.must(["/usr/sbin/sshd", "-f", join(lab.folder, "sshd_config"), "-E", "/run/sshd.log"]);
  await poll(
    `sshd of ${node.name} answers`,
    async () => (await lab.over(node.name)(["true"], { deadlineMs: 10_000 })).code === 0,
  );
}

async function startBalancers({ folder, nginx: one, haproxy: other }: Lab): Promise<void> {
  await one.must(["mount", "--bind", join(folder, "nginx"), "/etc/nginx"]);
  await one.must(["nginx"]);
  await other.must(["mount", "--bind", join(folder, "haproxy"), "/etc/haproxy"]);
  await other.must(["haproxy", "-D", "-f", "/etc/haproxy/haproxy.cfg"]);
}

async function startApp(lab: Lab, machine: LabNode, { workers = 2, flags = [] }: LabOptions): Promise<void> {
  const argv = [
    ...["hitless", "start", "server.js", "--name", "shop", "--workers", String(workers), "--detach"],
    ...["--cwd", lab.appFolder(machine.name), "--env", `PORT=${appPort}`, "--node", process.execPath, ...flags],
  ];
  const { code, stdout, stderr } = await lab.over(machine.name)(argv, { deadlineMs: 60_000 });
  if (code !== 0) {
    throw new Error(`The app did not start on ${machine.name}:\n${stdout}${stderr}`);
  }
}
