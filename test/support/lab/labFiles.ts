import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundlesFolder } from "../process/bundles.ts";

/** Path of an nginx for the lab in place of Debian's, such as a newer one. */
const nginxVariable = "HITLESS_LAB_NGINX";

/** Where the app listens on each machine. */
export const appPort = 3_000;
/** Where balancers listen. */
export const balancerPort = 80;

export interface LabHost {
  readonly name: string;
  readonly address: string;
}

/** What all hosts of a lab share. */
export interface LabFiles {
  /** Programs of the lab: `hitless`. */
  readonly bin: string;
  /** A folder that is put at this place of each host. */
  readonly overlays: Readonly<Record<string, string>>;
  /** Variables of a login. */
  readonly env: Readonly<Record<string, string>>;
}

/** Writes keys, the configuration of ssh both ways, and the program `hitless`. */
export function writeLabFiles(folder: string, hosts: readonly LabHost[]): LabFiles {
  const file = (name: string) => join(folder, name);
  const write = (name: string, text: string, mode = 0o644) => {
    writeFileSync(file(name), text, { mode });
  };
  for (const name of ["host_key", "user_key"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", file(name)]);
  }
  mkdirSync(file("bin"));
  const cli = join(bundlesFolder, "cli.cjs");
  write("bin/hitless", `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
  chmodSync(file("bin/hitless"), 0o755);
  const nginx = process.env[nginxVariable];
  if (nginx !== undefined) {
    const places = "-c /etc/nginx/nginx.conf -e /run/nginx-error.log";
    write("bin/nginx", `#!/bin/sh\nexec '${nginx}' ${places} "$@"\n`);
    chmodSync(file("bin/nginx"), 0o755);
  }
  const path = `${file("bin")}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  // The home of root is in /run, which each host has of its own; that of the real system stays as it is, since Node.js may be there.
  write("passwd", `root:x:0:0:root:/run/home:/bin/sh\n${systemUsers()}`);
  write("shadow", "root:*:19000:0:99999:7:::\n", 0o600);
  write("hosts", `127.0.0.1 localhost\n${hosts.map(({ name, address }) => `${address} ${name}\n`).join("")}`);
  copyFileSync(file("user_key.pub"), file("authorized_keys"));
  write(
    "sshd_config",
    [
      "Port 22",
      `HostKey ${file("host_key")}`,
      `AuthorizedKeysFile ${file("authorized_keys")}`,
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "StrictModes no",
      "UsePAM no",
      "UseDNS no",
      "PidFile none",
      "MaxStartups 100",
      "MaxSessions 100",
      `SetEnv PATH=${path} HITLESS_RUNTIME_DIR=/run/hitless`,
      "",
    ].join("\n"),
  );
  const [type = "", key = ""] = readFileSync(file("host_key.pub"), "utf8").split(" ");
  write("known_hosts", hosts.map(({ name, address }) => `${name},${address} ${type} ${key}\n`).join(""));
  write(
    "ssh_config",
    [
      "Host *",
      "  User root",
      `  IdentityFile ${file("user_key")}`,
      "  IdentitiesOnly yes",
      `  UserKnownHostsFile ${file("known_hosts")}`,
      "  StrictHostKeyChecking yes",
      "  BatchMode yes",
      "  ConnectTimeout 5",
      "",
    ].join("\n"),
    0o600,
  );
  return {
    bin: file("bin"),
    overlays: { "/etc/passwd": file("passwd"), "/etc/shadow": file("shadow"), "/etc/hosts": file("hosts") },
    env: { PATH: path, HOME: "/run/home", HITLESS_RUNTIME_DIR: "/run/hitless", LANG: "C.UTF-8" },
  };
}

/** The other users of the system: sshd, nginx and HAProxy want theirs. */
function systemUsers(): string {
  return readFileSync("/etc/passwd", "utf8").replace(/^root:.*\n/m, "");
}

/**
 * An nginx with an upstream of its machines and nothing else that matters.
 * @param http Further directives of its `http` block.
 */
export function nginxConfig(upstream: string, http = ""): string {
  return `user root;
worker_processes 2;
pid /run/nginx.pid;
error_log /run/nginx-error.log;
events { worker_connections 4000; }
http {
  access_log off;
  # The closes that are counted are to be those of a deployment.
  keepalive_requests 100000000;
  keepalive_timeout 600s;
  ${http}
  client_body_temp_path /run/nginx-body;
  proxy_temp_path /run/nginx-proxy;
  fastcgi_temp_path /run/nginx-fastcgi;
  uwsgi_temp_path /run/nginx-uwsgi;
  scgi_temp_path /run/nginx-scgi;
  upstream app {
    zone app 64k;
    ${upstream}
  }
  server {
    listen ${balancerPort};
    location / {
      proxy_connect_timeout 1s;
      proxy_pass http://app;
    }
  }
}
`;
}

/** HAProxy, with a health check and its runtime socket. */
export function haproxyConfig(machines: readonly LabHost[]): string {
  return `global
  stats socket /run/haproxy/admin.sock mode 660 level admin
  maxconn 4000
defaults
  mode http
  timeout connect 2s
  timeout client 10m
  timeout server 1m
  retries 3
  option redispatch 1
frontend http
  bind :${balancerPort}
  default_backend app
backend app
  option httpchk GET /
  timeout check 5s
  default-server check inter 1s fastinter 500 rise 2 fall 3 pool-purge-delay 1s
${machines.map(({ name, address }) => `  server ${name} ${address}:${appPort}`).join("\n")}
`;
}
