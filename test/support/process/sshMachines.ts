import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { findProgram } from "../programs.ts";
import { ensureSystem, programNeed } from "../systemPackages.ts";
import { freePort } from "./freePort.ts";
import { poll } from "./until.ts";

const sshdPlaces = ["/usr/sbin/sshd"];

/** Why there can be no machines here; `undefined` where there can. */
export function noMachinesBecause(): string | undefined {
  if (process.platform !== "linux") {
    return "addresses of loopback beyond 127.0.0.1 need no setting up on Linux only";
  }
  return process.getuid?.() === 0 ? undefined : "an sshd that sets the variables of its sessions needs root";
}

/** What stands for a machine: an sshd of its own address, home and runtime folder on this one. */
export interface SshMachine {
  readonly name: string;
  readonly address: string;
  /** Its user's home folder. */
  readonly home: string;
  /** Where its supervisors leave their files. */
  readonly runtime: string;
  /** The folder of its PATH in which `hitless` is. */
  readonly bin: string;
  /** Ends its sshd and every session of it at once, as when the machine is cut off. */
  cutOff(): Promise<void>;
  /** @param variables Of its sessions, in place of the usual ones. */
  start(variables?: Readonly<Record<string, string>>): Promise<void>;
}

export interface SshMachines {
  readonly machines: readonly SshMachine[];
  /** Variables with which `ssh` is one that knows these machines, by their names, and nothing else. */
  readonly env: NodeJS.ProcessEnv;
  /** Written to by every ssh as its configuration: a test may change it. */
  readonly configFile: string;
  readonly knownHosts: string;
  end(): Promise<void>;
}

/**
 * Starts machines.
 * @param cliFile The command line that is `hitless` there.
 */
export async function startSshMachines(names: readonly string[], cliFile: string): Promise<SshMachines> {
  await ensureSystem([programNeed("openssh-server", () => findProgram(sshdPlaces) !== null)], "a machine with sshd");
  // sshd wants it to be there when it is started by root.
  mkdirSync("/run/sshd", { recursive: true });
  const folder = mkdtempSync("/tmp/hlm-");
  const key = join(folder, "key");
  keygen(key);
  const knownHosts = join(folder, "known_hosts");
  const configFile = join(folder, "ssh_config");
  const port = await freePort();
  const machines = names.map((name, index) =>
    prepareMachine({ name, folder, port, address: `127.0.0.${index + 2}`, cliFile }),
  );
  writeFileSync(knownHosts, machines.map(({ address, hostKey }) => `[${address}]:${port} ${hostKey}\n`).join(""));
  writeFileSync(
    configFile,
    [
      ...machines.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`),
      `Host *\n  Port ${port}\n  User ${userInfo().username}\n  IdentityFile ${key}\n  IdentitiesOnly yes\n`,
      `  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile /dev/null\n`,
    ].join("\n"),
  );
  const bin = join(folder, "bin");
  mkdirSync(bin);

  const ssh = findProgram(["ssh"]) ?? "ssh";
  writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec ${ssh} -F ${configFile} "$@"\n`);
  chmodSync(join(bin, "ssh"), 0o755);
  await Promise.all(machines.map(({ start }) => start()));
  return {
    machines,
    env: { PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter) },
    configFile,
    knownHosts,
    async end() {
      await Promise.all(machines.map(({ cutOff }) => cutOff()));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function keygen(file: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
}

interface Plan {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  readonly address: string;
  readonly cliFile: string;
}

function prepareMachine({ name, folder, port, address, cliFile }: Plan): SshMachine & { readonly hostKey: string } {
  const own = join(folder, name);
  const [home, runtime, bin] = [join(own, "home"), join(own, "run"), join(own, "bin")];
  for (const path of [own, home, bin]) {
    mkdirSync(path);
  }
  mkdirSync(runtime, { mode: 0o700 });
  symlinkSync(cliFile, join(bin, "hitless"));
  chmodSync(cliFile, 0o755);
  const hostKeyFile = join(own, "host");
  keygen(hostKeyFile);
  const config = join(own, "sshd_config");
  const variables = {
    HOME: home,
    HITLESS_RUNTIME_DIR: runtime,
    PATH: [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
  };
  const lines = [
    `ListenAddress ${address}:${port}`,
    `HostKey ${hostKeyFile}`,
    `AuthorizedKeysFile ${join(folder, "key.pub")}`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "MaxStartups 100",
  ];
  let sshd: ChildProcess | undefined;
  return {
    name,
    address,
    home,
    runtime,
    bin,
    hostKey: execFileSync("ssh-keygen", ["-y", "-f", hostKeyFile], { encoding: "utf8" }).trim(),
    async start(changed = {}) {
      const set = Object.entries({ ...variables, ...changed }).map(([key, value]) => `${key}=${value}`);
      writeFileSync(config, [...lines, `SetEnv ${set.join(" ")}`, ""].join("\n"));
      sshd = spawn(sshdPlaces[0] ?? "sshd", ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "ignore"] });
      await poll(`the sshd of ${name} listens`, () => listens(address, port));
    },
    async cutOff() {
      if (sshd?.exitCode !== null || sshd.pid === undefined) {
        return;
      }
      const gone = new Promise((resolve) => sshd?.once("exit", resolve));
      // Sessions are processes of their own, and outlive the one that listens. What carries the bytes goes first:
      // nobody hears of the end of what runs behind it, as where the power fails.
      for (const pid of [sshd.pid, ...descendantsOf(sshd.pid)]) {
        endProcess(pid);
      }
      await gone;
    },
  };
}

/** Parents before their children. */
function descendantsOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const direct = existsSync(file)
    ? execFileSync("cat", [file], { encoding: "utf8" }).split(" ").map(Number).filter(Boolean)
    : [];
  return direct.flatMap((child) => [child, ...descendantsOf(child)]);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
