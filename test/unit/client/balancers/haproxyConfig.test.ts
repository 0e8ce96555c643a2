import assert from "node:assert/strict";
import type { FleetFacts } from "../../../../src/client/balancers/check/finding.ts";
import { checkHaproxy } from "../../../../src/client/balancers/check/haproxy/checkHaproxy.ts";
import { parseHaproxy } from "../../../../src/client/balancers/check/haproxy/haproxyConfig.ts";
import { haproxyBackends } from "../../../../src/client/balancers/check/haproxy/haproxyModel.ts";
import { keeps } from "./fakeBalancers.ts";

const usual: FleetFacts = {
  machines: [
    { name: "web1", hosts: ["10.0.0.1"] },
    { name: "web2", hosts: ["10.0.0.2"] },
  ],
  pauseMs: 15_000,
  driver: "haproxy",
  keepAlive: ["web1", "web2"].map((machine) => keeps(machine, 66_000)),
  verifies: true,
};

describe("parseHaproxy", () => {
  it("reads sections, quotes, escapes, comments and lines that go on", () => {
    const sections = parseHaproxy(
      `# A comment\nglobal\n  log "a b" c\\ d 'e "f"' # more\n\ndefaults\n  mode http\n.if defined(X)\nbackend app\n  server \\\n    web1 10.0.0.1:1 check\n`,
      "/h.cfg",
    );
    assert.deepEqual(
      sections.map(({ kind, name, lines }) => [kind, name, lines.map(({ words, line }) => [line, ...words])]),
      [
        ["global", "", [[3, "log", "a b", "c d", 'e "f"']]],
        ["defaults", "", [[6, "mode", "http"]]],
        ["backend", "app", [[9, "server", "web1", "10.0.0.1:1", "check"]]],
      ],
    );
  });

  it("refuses a quote that is not closed, and what stands in no section", () => {
    assert.throws(() => parseHaproxy("global\n log 'x\n", "/h.cfg"), /\/h\.cfg:2: a quote is not closed/);
    assert.throws(() => parseHaproxy("mode http\n", "/h.cfg"), /\/h\.cfg:1: "mode" stands in no section/);
  });

  it("knows which defaults hold for a section", () => {
    const backends = haproxyBackends(
      parseHaproxy(
        `defaults one
  mode http
  option redispatch
defaults two from one
  no option redispatch
  default-server inter 5s
backend a from one
  server x 1.1.1.1:1 check
backend b
  default-server check rise 4
  server y 1.1.1.1:1
  server z 1.1.1.1:1 no-check rise 9
`,
        "/h.cfg",
      ),
    );
    assert.deepEqual(
      backends.map(({ name, http, settings, servers }) => [
        name,
        http,
        settings("option", "redispatch").length,
        servers.map(({ checked, parameter }) => [checked, parameter("inter"), parameter("rise")]),
      ]),
      [
        ["a", true, 1, [[true, undefined, undefined]]],
        [
          "b",
          true,
          0,
          [
            [true, "5s", "4"],
            [false, "5s", "9"],
          ],
        ],
      ],
    );
  });
});

interface Config {
  readonly global?: string;
  readonly defaults?: string;
  readonly backend?: string;
}

/** A configuration without a finding, but for what is given. */
const config = ({
  global = "stats socket /run/h.sock mode 660 level admin",
  defaults = "mode http\n timeout connect 2s\n option redispatch 1",
  backend = "option httpchk GET /ready\n server web1 10.0.0.1:3000 check\n server web2 10.0.0.2:3000 check",
}: Config): string => `global\n ${global}\ndefaults\n ${defaults}\nbackend app\n ${backend}\n`;

function find(parts: Config, facts: Partial<FleetFacts> = {}): string[] {
  const found = checkHaproxy(parseHaproxy(config(parts), "/h.cfg"), { ...usual, ...facts });
  for (const { message, fix } of found) {
    assert.match(message, /^\S.+\.$/);
    assert.match(fix, /^\S.+\.$/);
  }
  return found.map(({ code, severity, line }) => `${severity} ${code} ${line}`);
}

describe("what is wrong with HAProxy for a fleet", () => {
  it("is nothing if nothing is", () => assert.deepEqual(find({}), []));

  it("is a runtime socket that is not there or may do too little, where it is needed", () => {
    assert.deepEqual(find({ global: "daemon" }), ["error noAdminSocket 1"]);
    assert.deepEqual(find({ global: "stats socket /run/h.sock level operator" }), ["error noAdminSocket 2"]);
    assert.deepEqual(find({ global: "daemon" }, { driver: "commands" }), []);
  });

  it("is a server that is not checked, or by its port alone", () => {
    const unchecked = "option httpchk\n server web1 10.0.0.1:3000\n server web2 10.0.0.2:3000 check";
    assert.deepEqual(find({ backend: unchecked }), ["warning noCheck 9"]);
    assert.deepEqual(find({ backend: unchecked }, { driver: "none" }), ["error noCheck 9"]);
    const byPort = "server web1 10.0.0.1:3000 check\n server web2 10.0.0.2:3000 check";
    assert.deepEqual(find({ backend: byPort }), ["warning noHealthPath 7"]);
  });

  it("is no other server, a machine that is not named, none at all", () => {
    const alone = "option httpchk\n server web1 10.0.0.1:3000 check";
    assert.deepEqual(find({ backend: alone }), ["error missingMachine 7", "error singleServer 7"]);
    assert.deepEqual(find({ backend: "server x 10.9.9.9:1" }), ["error noUpstream 1"]);
    const elsewhere = "option httpchk\n server web1 10.9.9.1:1 check\n server web2 10.0.0.2:1 check";
    const named = [{ name: "a", hosts: ["h"], servers: ["app/web1"] }, ...usual.machines.slice(1)];
    assert.deepEqual(
      find({ backend: elsewhere }, { machines: named, keepAlive: [keeps("a", 66_000), keeps("web2", 66_000)] }),
      [],
    );
  });

  it("is a request that is not tried elsewhere, or tried twice", () => {
    const defaults = "mode http\n timeout connect 2s";
    assert.deepEqual(find({ defaults }), ["warning nextUpstream 6"]);
    const retry = "mode http\n timeout connect 2s\n option redispatch\n retry-on all-retryable-errors";
    assert.deepEqual(find({ defaults: retry }), ["error nonIdempotent 7"]);
    const spared = `http-request disable-l7-retry if METH_POST\n option httpchk\n server web1 10.0.0.1:3000 check\n server web2 10.0.0.2:3000 check`;
    assert.deepEqual(find({ defaults: retry, backend: spared }), []);
  });

  it("is a pause that is shorter than checks need, where nobody takes machines out", () => {
    assert.deepEqual(find({}, { driver: "none", pauseMs: 4_000 }), ["error failTimeout 9"]);
    assert.deepEqual(find({}, { driver: "none", pauseMs: 4_001 }), []);
  });

  it("is an app that closes connections before HAProxy does", () => {
    const short = { keepAlive: ["web1", "web2"].map((machine) => keeps(machine, 6_000)) };
    assert.deepEqual(find({}, short), ["warning keepAliveTimeout 9"]);
    assert.deepEqual(find({}, { keepAlive: [] }), ["warning keepAliveTimeout 9"], "nobody knows");
    const never = "mode http\n timeout connect 2s\n option redispatch\n http-reuse never";
    assert.deepEqual(find({ defaults: never }, short), []);
  });

  it("is a wait without end for a machine that has vanished", () => {
    assert.deepEqual(find({ defaults: "mode http\n option redispatch" }), ["warning connectTimeout 6"]);
    const long = "mode http\n option redispatch\n timeout connect 1m";
    assert.deepEqual(find({ defaults: long }), ["warning connectTimeout 6"]);
  });
});
