import assert from "node:assert/strict";
import type { FleetFacts } from "../../../../src/client/balancers/check/finding.ts";
import { checkNginx } from "../../../../src/client/balancers/check/nginx/checkNginx.ts";
import { parseNginxDump } from "../../../../src/client/balancers/check/nginx/nginxConfig.ts";
import { nginxProblem } from "../../../../src/client/balancers/check/nginx/nginxProblem.ts";
import { parseNginxVersion } from "../../../../src/client/balancers/check/nginx/nginxVersion.ts";
import { keeps } from "./fakeBalancers.ts";

const usual: FleetFacts = {
  machines: [
    { name: "web1", hosts: ["10.0.0.1"] },
    { name: "web2", hosts: ["10.0.0.2"] },
  ],
  pauseMs: 15_000,
  driver: "none",
  verifies: true,
};

interface Config {
  readonly upstream?: string;
  readonly http?: string;
  readonly location?: string;
  readonly path?: string;
  readonly main?: string;
}

/** A configuration without a finding, but for what is given. The upstream begins in line 3, and what it holds in 4. */
function dump({ upstream, http = "", location = "", path = "/", main = "" }: Config): string {
  return `# configuration file /etc/nginx/nginx.conf:

worker_processes auto; ${main}
http { upstream app {
${upstream ?? "zone app 64k; server 10.0.0.1:3000; server 10.0.0.2:3000;"}
}
proxy_connect_timeout 2s;
${http}
server {
location ${path} {
proxy_pass http://app;
${location}
} } }
`;
}

function find(config: Config, facts: Partial<FleetFacts> = {}, version = "1.22.1"): string[] {
  const found = checkNginx(parseNginxDump(dump(config)), parseNginxVersion(`nginx/${version}`), { ...usual, ...facts });
  for (const { message, fix } of found) {
    assert.match(message, /^\S.+\.$/);
    assert.match(fix, /^\S.+\.$/);
  }
  return found.map(({ code, severity, line }) => `${severity} ${code} ${line}`);
}

const both = "zone app 64k; server 10.0.0.1:3000; server 10.0.0.2:3000;";
const keeping = 'proxy_http_version 1.1; proxy_set_header Connection "";';

describe("what is wrong with nginx for a fleet", () => {
  it("is nothing if nothing is", () => assert.deepEqual(find({}), []));

  it("is a fail_timeout that is longer than the pause, where nobody takes machines out", () => {
    assert.deepEqual(find({}, { pauseMs: 10_000 }), ["error failTimeout 3"]);
    assert.deepEqual(find({}, { pauseMs: 10_001 }), []);
    assert.deepEqual(find({}, { pauseMs: 0, driver: "commands" }), []);
    const one = "zone app 64k; server 10.0.0.1:3000;\nserver 10.0.0.2:3000 fail_timeout=1m;";
    assert.deepEqual(find({ upstream: one }), ["error failTimeout 5"]);
    const short = "zone app 64k; server 10.0.0.1:3000 fail_timeout=1s; server 10.0.0.2:3000 fail_timeout=1s;";
    assert.deepEqual(find({ upstream: short }, { pauseMs: 2_000 }), []);
  });

  it("is an app that closes connections before nginx does", () => {
    const upstream = `${both}\nkeepalive 16;`;
    assert.deepEqual(find({ upstream, location: keeping }), ["warning keepAliveTimeout 5"], "nobody knows");
    const read = (first: number, second: number) => ({
      keepAlive: [keeps("web1", first), keeps("web2", second)],
    });
    assert.deepEqual(find({ upstream, location: keeping }, read(66_000, 6_000)), ["error keepAliveTimeout 5"]);
    assert.deepEqual(find({ upstream, location: keeping }, read(60_000, 66_000)), ["error keepAliveTimeout 5"]);
    assert.deepEqual(find({ upstream, location: keeping }, read(66_000, 66_000)), []);
    assert.deepEqual(find({ upstream, location: keeping }, read(0, 66_000)), [], "it never closes them");
    const half = { keepAlive: [keeps("web1", 66_000)] };
    assert.deepEqual(find({ upstream, location: keeping }, half), ["warning keepAliveTimeout 5"]);
    const shorter = `${both} keepalive 16; keepalive_timeout 4s;`;
    assert.deepEqual(find({ upstream: shorter, location: keeping }), []);
    // Without keepalive none is kept, before 1.29.7; from then on they are.
    assert.deepEqual(find({ location: keeping }), []);
    assert.deepEqual(find({}, {}, "1.29.6"), []);
    assert.deepEqual(find({}, {}, "1.29.7"), ["warning keepAliveTimeout 3"]);
    assert.deepEqual(find({ upstream: `${both} keepalive 0;` }, {}, "1.29.7"), []);
    assert.deepEqual(find({ location: "proxy_http_version 1.0;" }, {}, "1.29.7"), []);
    assert.deepEqual(find({ location: "proxy_set_header Connection close;" }, {}, "1.29.7"), []);
  });

  it("is told of the server that nginx passes requests to, by what its machine said", () => {
    const own = { keepAlive: [keeps("web1", 66_000), keeps("web2", 6_000, 9_000)] };
    const other = [...(own.keepAlive[0]?.servers ?? []), ...keeps("web1", 1_000, 9_000).servers];
    const both2 = { keepAlive: [{ machine: "web1", worker: 1, servers: other }, keeps("web2", 66_000)] };
    const tell = (facts: Partial<FleetFacts>) =>
      checkNginx(
        parseNginxDump(dump({ upstream: `${both} keepalive 16;`, location: keeping })),
        parseNginxVersion("nginx/1.22.1"),
        { ...usual, ...facts },
      ).map(({ message }) => message);
    // The server of another port is not meant, unless there is no other: something between may change the port.
    assert.deepEqual(tell(both2), []);
    assert.match(tell(own).join(), /the app closes them after 6000 ms, as read on web2 \(0\.0\.0\.0:9000\):/);
    assert.match(tell({ keepAlive: [keeps("web2", 66_000)] }).join(), /could not be read on web1; one that does not/);
  });

  it("is a keepalive that is not used", () => {
    const upstream = `${both} keepalive 16;`;
    assert.deepEqual(find({ upstream }), ["warning keepaliveUnused 10"]);
    assert.deepEqual(find({ upstream, location: "proxy_http_version 1.1;" }), ["warning keepaliveUnused 10"]);
    assert.deepEqual(find({ upstream, location: 'proxy_set_header Connection "";' }), ["warning keepaliveUnused 10"]);
    assert.deepEqual(
      find({ upstream, http: keeping }, { keepAlive: [keeps("web1", 71_000), keeps("web2", 71_000)] }),
      [],
    );
    // What a location sets itself replaces all that was set around it.
    const replaced = { upstream, http: keeping, location: "proxy_set_header Host $host;" };
    assert.deepEqual(find(replaced), ["warning keepaliveUnused 10"]);
  });

  it("is a POST that is sent twice, or given up", () => {
    assert.deepEqual(find({ http: "proxy_next_upstream error timeout non_idempotent;" }), ["error nonIdempotent 7"]);
    assert.deepEqual(find({ http: "proxy_next_upstream off;" }), ["error nextUpstream 7"]);
    assert.deepEqual(find({ http: "proxy_next_upstream timeout;" }), ["error nextUpstream 7"]);
    assert.deepEqual(find({ location: "proxy_next_upstream_tries 1;" }), ["error nextUpstream 11"]);
    assert.deepEqual(find({ http: "proxy_next_upstream error timeout http_503;" }), []);
  });

  it("is max_fails=0, a server alone, a machine that is not named, and no zone", () => {
    const never = "zone app 64k; server 10.0.0.1:3000 max_fails=0; server 10.0.0.2:3000;";
    assert.deepEqual(find({ upstream: never }), ["warning maxFails 4"]);
    const alone = "zone app 64k; server 10.0.0.1:3000;";
    assert.deepEqual(find({ upstream: alone }), ["error missingMachine 3", "error singleServer 3"]);
    const down = "zone app 64k; server 10.0.0.1:3000; server 10.0.0.2:3000 down;";
    assert.deepEqual(find({ upstream: down }), ["error singleServer 3"]);
    const without = "server 10.0.0.1:3000; server web2:3000;";
    assert.deepEqual(find({ upstream: without }), ["note noZone 3"]);
    assert.deepEqual(find({ upstream: "server 10.9.9.9:3000;" }), ["error noUpstream 1"]);
    assert.deepEqual(find({ upstream: "server unix:/x.sock;", location: "" }), ["error noUpstream 1"]);
  });

  it("is an address in place of an upstream", () => {
    const text = dump({})
      .replace("http://app;", "http://10.0.0.2:3000;")
      .replace("server 10.0.0.1:3000; server 10.0.0.2:3000;", "server x;");
    const found = checkNginx(parseNginxDump(text), [1, 22, 1], usual);
    assert.deepEqual(
      found.map(({ code }) => code),
      ["singleServer"],
    );
  });

  it("is what holds events up, closes WebSockets or opens none", () => {
    assert.deepEqual(find({ path: "/api/events" }), ["warning buffering 10"]);
    assert.deepEqual(find({ path: "/api/events", location: "proxy_buffering off;" }), []);
    assert.deepEqual(find({ path: "/eventually" }), []);
    const upgrade = "proxy_set_header Upgrade $http_upgrade;";
    assert.deepEqual(find({ location: upgrade }), ["error webSocket 10"]);
    const whole = `proxy_http_version 1.1; ${upgrade} proxy_set_header Connection "upgrade";`;
    assert.deepEqual(find({ location: whole }), ["note webSocketTimeout 10"]);
    assert.deepEqual(find({ location: `${whole} proxy_read_timeout 1h;` }), []);
    const mapped = `proxy_http_version 1.1; ${upgrade} proxy_set_header Connection $connection_upgrade; proxy_read_timeout 1h;`;
    assert.deepEqual(find({ location: mapped }), []);
  });

  it("is a long wait for a machine that has vanished", () => {
    assert.deepEqual(find({ location: "proxy_connect_timeout 60s;" }), ["warning connectTimeout 11"]);
  });

  it("is a reload of nginx that resets clients, where it is reloaded", () => {
    assert.deepEqual(find({}, { driver: "nginx" }), ["error reloadResets 10"]);
    assert.deepEqual(find({ http: "keepalive_min_timeout 10s;" }, { driver: "nginx" }), []);
    assert.deepEqual(find({ http: "keepalive_min_timeout 0;" }, { driver: "nginx" }), ["error reloadResets 7"]);
  });

  it("names what stands in http once, whatever number of locations it is for", () => {
    const text = dump({ http: "proxy_next_upstream off;" }).replace(
      "server {",
      "server { location /a { proxy_pass http://app; } location /b { proxy_pass http://app; }",
    );
    const found = checkNginx(parseNginxDump(text), [1, 22, 1], usual);
    assert.deepEqual(
      found.map(({ code }) => code),
      ["nextUpstream"],
    );
  });
});

describe("whether nginx can be told by a list of servers", () => {
  const include = "/etc/nginx/hitless/app.conf";
  const text = (upstream: string, http = "keepalive_min_timeout 10s;") =>
    `${dump({ upstream, http })}# configuration file ${include}:\nserver 10.0.0.1:3000;\nserver 10.0.0.2:3000;\n`;
  const problem = (dumped: string, acceptResets = false) => nginxProblem(dumped, { include, acceptResets });

  it("is so if an upstream has that list alone", () => {
    assert.equal(problem(text("zone a 64k; include hitless/app.conf;")), undefined);
    assert.match(problem(text("server 10.0.0.1:3000;")) ?? "", /No upstream of nginx includes/);
    assert.match(problem(text("include hitless/app.conf; server 10.0.0.3:3000;")) ?? "", /has servers besides/);
  });

  it("is refused where a reload resets clients, unless that is accepted", () => {
    const resets = text("include hitless/app.conf;", "");
    assert.match(problem(resets) ?? "", /keepalive_min_timeout/);
    assert.equal(problem(resets, true), undefined);
  });
});
