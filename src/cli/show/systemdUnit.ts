import { basename, dirname, sep } from "node:path";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { longestReadyMs } from "../../shared/settings/readyTime.ts";
import { longestStopSeconds } from "../../shared/settings/stopTime.ts";
import { commandWord, environmentWord, unitLine } from "./systemdWords.ts";

export const serviceTypes = ["notify", "notify-reload", "exec"] as const;
export type ServiceType = (typeof serviceTypes)[number];

export interface UnitFacts {
  readonly recipe: Pick<
    LaunchRecipe,
    | "name"
    | "server"
    | "waitReady"
    | "readyTimeout"
    | "minReady"
    | "warmup"
    | "shutdownDelay"
    | "drainTimeout"
    | "killTimeout"
  >;
  /** Absolute path of the Node.js that runs Hitless. */
  readonly node: string;
  /** Absolute path of Hitless's command line. */
  readonly cli: string;
  /** What follows `hitless`: `start`, its operands and flags. */
  readonly words: readonly string[];
  /** Absolute; relative paths among the words are relative to it. */
  readonly folder: string;
  /** Who runs it; `undefined` for a service of the user's own manager. */
  readonly user: string | undefined;
  readonly type: ServiceType;
  /** Variables besides those that Hitless needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** What a person should know of how it was made, a sentence each. */
  readonly remarks: readonly string[];
}

/** Crashes at the start are tried again until they are a crash loop, which takes so many seconds by default. */
const crashLoopSeconds = 90;

/** Listening sockets that systemd keeps while it starts the service again; from version 254 on Hitless hands them over. */
const mostSockets = 64;

/** Beside those of `systemd.exec(5)` that break what Node.js needs: its compiler writes code, and it asks for the addresses of the machine. */
const hardening = [
  "NoNewPrivileges=yes",
  "LockPersonality=yes",
  "RestrictSUIDSGID=yes",
  "RestrictRealtime=yes",
  "RestrictNamespaces=yes",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  "SystemCallArchitectures=native",
  // With `@pkey` for V8, which guards its code by memory protection keys where the processor has them.
  "SystemCallFilter=@system-service @pkey",
  "SystemCallErrorNumber=EPERM",
];

/** What only the manager of the system may do for a service. */
const systemHardening = [
  "PrivateDevices=yes",
  "ProtectSystem=full",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectControlGroups=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectProc=invisible",
  "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
];

const homes = ["/home", "/root", "/run/user"];
const temporary = ["/tmp", "/var/tmp"];

/** What `systemctl` calls the service. */
export function serviceName(app: string): string {
  return app.replace(/[^A-Za-z0-9:_.-]+/g, "-").replace(/^[-.]+/, "") || "app";
}

/** The file that lets systemd run an app under Hitless. */
export function systemdUnit(facts: UnitFacts): string {
  const { recipe, node, cli, words, folder, user, type, environment, remarks } = facts;
  const name = serviceName(recipe.name);
  const isSystem = user !== undefined;
  const runtime = `hitless-${name}`;
  const needed = [folder, node, cli];
  const variables = { ...environment, PATH: searchPath(node) };
  const [place, control] = isSystem
    ? [`/etc/systemd/system/${name}.service`, "systemctl"]
    : [`~/.config/systemd/user/${name}.service`, "systemctl --user"];
  const lines = [
    `# ${unitLine(recipe.name)} under Hitless. Save as ${place}, then`,
    `#   ${control} daemon-reload && ${control} enable --now ${name}`,
    `#   ${control} reload ${name}`,
    ...(isSystem ? [`#   sudo -u ${unitLine(user)} hitless status ${JSON.stringify(recipe.name)}`] : []),
    ...remarks.map((remark) => `# ${remark}`),
    "",
    "[Unit]",
    `Description=${unitLine(recipe.name)} (Node.js under Hitless)`,
    ...(isSystem ? ["Wants=network-online.target", "After=network-online.target"] : []),
    "",
    "[Service]",
    ...reporting(type),
    `ExecStart=${[node, cli, ...words].map(commandWord).join(" ")}`,
    ...reloading(type),
    "KillMode=mixed",
    `TimeoutStartSec=${Math.ceil(longestReadyMs(recipe) / 1_000) + crashLoopSeconds}`,
    "# shutdownDelay, drainTimeout, twice killTimeout, and a margin",
    `TimeoutStopSec=${longestStopSeconds(recipe)}`,
    "Restart=on-failure",
    "RestartSec=1",
    ...(type === "exec"
      ? []
      : ["# Who connects meanwhile waits, from systemd 254 on.", `FileDescriptorStoreMax=${mostSockets}`]),
    "# Wrong usage stays wrong.",
    "RestartPreventExitStatus=2",
    "# One worker that the kernel ends for lack of memory is not the service: Hitless starts another.",
    "OOMPolicy=continue",
    "LimitNOFILE=65536",
    "",
    ...(isSystem ? [`User=${unitLine(user)}`] : []),
    `WorkingDirectory=${unitLine(folder)}`,
    ...Object.entries(variables).map(([key, value]) => `Environment=${environmentWord(key, value)}`),
    ...(isSystem
      ? [`RuntimeDirectory=${runtime}`, "RuntimeDirectoryMode=0700", `Environment=HITLESS_RUNTIME_DIR=%t/${runtime}`]
      : []),
    "",
    "# MemoryDenyWriteExecute is not for Node.js: V8 compiles to machine code.",
    ...hardening,
    ...(isSystem ? systemHardening : []),
    // Behind these the service sees another, empty folder.
    ...(isSystem && !needed.some((path) => isIn(path, homes)) ? ["ProtectHome=yes"] : []),
    ...(isSystem && !needed.some((path) => isIn(path, temporary)) ? ["PrivateTmp=yes"] : []),
    "",
    "[Install]",
    `WantedBy=${isSystem ? "multi-user.target" : "default.target"}`,
  ];
  return `${lines.join("\n")}\n`;
}

function reporting(type: ServiceType): string[] {
  return type === "exec"
    ? ["Type=exec"]
    : [
        "# The helper systemd-notify, which Hitless calls, is a process of its own.",
        `Type=${type}`,
        "NotifyAccess=all",
      ];
}

function reloading(type: ServiceType): string[] {
  return type === "notify-reload" ? ["ReloadSignal=SIGUSR2"] : ["ExecReload=/bin/kill -USR2 $MAINPID"];
}

/** With this Node.js first, which the workers get too, then what systemd itself has. */
function searchPath(node: string): string {
  const usual = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  const folder = dirname(node);
  return [...(usual.includes(folder) || basename(node) !== "node" ? [] : [folder]), ...usual].join(":");
}

function isIn(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder + sep));
}
