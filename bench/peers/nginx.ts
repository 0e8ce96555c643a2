import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { askFixture } from "../../test/support/process/strictClient.ts";
import { poll } from "../../test/support/process/until.ts";
import { findProgram } from "../../test/support/programs.ts";
import { runCommand, startChild } from "./child.ts";
import type { Peer, PeerOptions } from "./peer.ts";

const places = ["nginx", "/usr/sbin/nginx"];

/** nginx answers by itself: it is here to show what its way of reloading does to kept-alive connections. */
export const nginxPeer: Peer = {
  name: "nginx -s reload",
  runsApp: false,
  async prepare() {
    const program = findProgram(places);
    if (program === null) {
      return { missing: "nginx is not installed" };
    }
    const said = await runCommand(program, ["-v"], { cwd: ".", env: process.env });
    return { version: /nginx\/(\S+)/.exec(said)?.[1] ?? "unknown" };
  },
  build: (options, version) => writeFileSync(configFile(options), config(options, version)),
  async start(options) {
    const program = findProgram(places) ?? "nginx";
    writeFileSync(
      configFile(options),
      config(options, readFileSync(join(options.folder, "version.txt"), "utf8").trim()),
    );
    const args = ["-p", options.folder, "-c", configFile(options)];
    const child = startChild(program, args, { cwd: options.folder, env: process.env });
    await poll("nginx answers", () => askFixture({ port: options.port }).then(Boolean, () => false));
    return {
      target: { port: options.port },
      supervisors: [child.pid],
      async reload() {
        await runCommand(program, [...args, "-s", "reload"], { cwd: options.folder, env: process.env });
        return {};
      },
      stop: () => child.end(),
    };
  },
};

function configFile({ folder }: PeerOptions): string {
  return join(folder, "nginx.conf");
}

/** `keepalive_requests` is raised, so that the closes counted are those of the reload. */
function config({ folder, port, workers }: PeerOptions, version: string): string {
  return `
daemon off;
user root;
worker_processes ${workers};
worker_rlimit_nofile 60000;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 20000; }
http {
  access_log off;
  keepalive_timeout 600s;
  keepalive_requests 100000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / { default_type application/json; return 200 '{"url":"$request_uri","version":"${version}"}'; }
  }
}
`;
}
