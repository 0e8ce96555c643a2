import assert from "node:assert/strict";
import * as v from "valibot";
import { checkBalancer } from "../../../../src/client/balancers/checkBalancer.ts";
import { createBalancer } from "../../../../src/client/balancers/createBalancer.ts";
import type { RunCommand } from "../../../../src/client/machines/runCommand.ts";
import { balancerSchema } from "../../../../src/shared/settings/balancerSettings.ts";
import { fakeHaproxy, fakeNginx } from "./fakeBalancers.ts";

const facts = {
  machines: [
    { name: "web1", hosts: ["10.0.0.1"] },
    { name: "web2", hosts: ["10.0.0.2"] },
  ],
  pauseMs: 1_000,
  driver: "haproxy",
  verifies: false,
} as const;

/** The driver for settings as a person writes them. */
const create = (settings: unknown, run: RunCommand) => createBalancer(v.parse(balancerSchema, settings), run, facts);

const nobody: RunCommand = async (argv) => assert.fail(`Nobody runs ${argv.join(" ")}.`);

const noSocket = 'HitlessError: HAProxy has no backend "socket".';

describe("the HAProxy driver", () => {
  const settings = {
    kind: "haproxy",
    servers: { web1: "app/web1", web2: ["app/web2", "socket/web2"] },
    drainTimeout: 600,
  };

  it("waits until a machine has no session, and for its checks when it is back", async () => {
    const fake = fakeHaproxy({ "app/web1": { sessions: [3, 1, 0] }, "app/web2": {} });
    const said: string[] = [];
    const driver = create({ ...settings, drainTimeout: 5_000 }, fake.run);
    await driver.drain("web1", { onDidSay: (text) => said.push(text) });
    assert.deepEqual(fake.orders, ["set server app/web1 state drain"]);
    assert.deepEqual(said.slice(0, 2), ["3 sessions of app/web1", "1 sessions of app/web1"]);
    const server = fake.servers.get("app/web1");
    assert.ok(server);
    server.up = false;
    setTimeout(() => {
      server.up = true;
    }, 50);
    await driver.undrain("web1");
    assert.deepEqual(fake.orders.slice(1), ["set server app/web1 state ready"]);
  });

  it("takes a machine out everywhere, and puts all back when it does not get quiet", async () => {
    const fake = fakeHaproxy({
      "app/web1": {},
      "app/web2": {},
      "socket/web1": {},
      "socket/web2": { sessions: [7] },
    });
    await assert.rejects(create(settings, fake.run).drain("web2"), {
      code: "balancerFailed",
      message: "socket/web2 still had 7 sessions after 600 ms, and was put back.",
    });
    assert.deepEqual(
      fake.orders.map((order) => order.replace("set server ", "")),
      ["app/web2 state drain", "socket/web2 state drain", "app/web2 state ready", "socket/web2 state ready"],
    );
  });

  it("leaves the last one in, and what somebody else has taken out", async () => {
    const alone = fakeHaproxy({ "app/web1": {}, "app/web2": { up: false } });
    await assert.rejects(create(settings, alone.run).drain("web1"), /is the last server of its backend that serves/);
    assert.deepEqual(alone.servers.get("app/web1")?.admin, "ready");
    const other = fakeHaproxy({ "app/web1": { admin: "maint" }, "app/web2": {} });
    await assert.rejects(create(settings, other.run).drain("web1"), /in maintenance already/);
    await assert.rejects(create(settings, other.run).check(["web1"]), /in maintenance already/);
    assert.deepEqual(other.servers.get("app/web1")?.admin, "maint");
  });

  it("leaves one in of two that are taken out at once", async () => {
    const fake = fakeHaproxy({ "app/web1": {}, "app/web2": {} });
    const driver = create(settings, fake.run);
    const both = await Promise.allSettled([driver.drain("web1"), driver.drain("web2")]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
  });

  it("goes on with one that an interrupted run has left out", async () => {
    const fake = fakeHaproxy({ "app/web1": { admin: "drain" }, "app/web2": {} });
    const driver = create(settings, fake.run);
    await driver.check(["web1"]);
    assert.deepEqual([await driver.isOut("web1"), await driver.isOut("web2").catch(String)], [true, noSocket]);
    assert.match(driver.byHand("web2"), /^set server app\/web2 state ready .*, set server socket\/web2 state ready/);
    assert.deepEqual(await driver.addressOf("web1"), { host: "10.0.0.9", port: 3000 });
    await driver.drain("web1");
    await driver.undrain("web1");
    assert.equal(await driver.isOut("web1"), false);
    assert.equal(fake.servers.get("app/web1")?.admin, "ready");
  });

  it("puts back when it is cancelled", async () => {
    const fake = fakeHaproxy({ "app/web1": { sessions: [2] }, "app/web2": {} });
    const abort = new AbortController();
    const drained = create({ ...settings, drainTimeout: 60_000 }, fake.run).drain("web1", {
      signal: abort.signal,
      onDidSay: () => abort.abort(),
    });
    await assert.rejects(drained, { code: "cancelled" });
    assert.equal(fake.servers.get("app/web1")?.admin, "ready");
  });

  it("names what is not as the settings have it", async () => {
    const fake = fakeHaproxy({ "app/web1": {} });
    const driver = create(settings, fake.run);
    await assert.rejects(driver.check(["web3"]), /does not say which server of HAProxy web3 is/);
    await assert.rejects(driver.check(["web2"]), /HAProxy has no server app\/web2/);
    await assert.rejects(create({ ...settings, servers: { web1: "x/y" } }, fake.run).check(["web1"]), /no backend "x"/);
    const bare: RunCommand = async () => ({ code: 127, stdout: "", stderr: "not found" });
    await assert.rejects(create(settings, bare).check(["web1"]), /has none of socat, perl, python3, nc/);
    const weak: RunCommand = async (_, { stdin }) => ({
      code: 0,
      stdout: stdin ? "Permission denied\n" : "",
      stderr: "",
    });
    await assert.rejects(create(settings, weak).check(["web1"]), /its level must be admin/);
  });
});

describe("the nginx driver", () => {
  const include = "/etc/nginx/hitless/app.conf";
  const list = "server 10.0.0.1:3000 max_fails=3;\nserver 10.0.0.2:3000;\n";
  const config = (http = "keepalive_min_timeout 10s;") =>
    `# configuration file /etc/nginx/nginx.conf:\nhttp { ${http} upstream app { include ${include}; } server { location / { proxy_pass http://app; } } }\n`;
  const settings = {
    kind: "nginx",
    include,
    servers: { web1: "10.0.0.1:3000 max_fails=3", web2: "10.0.0.2:3000" },
    drainTimeout: 600,
  };

  it("marks a server as down, tests, reloads, and waits for the old worker processes", async () => {
    const fake = fakeNginx(include, list, config());
    const driver = create(settings, fake.run);
    await driver.check(["web1", "web2"]);
    await driver.drain("web1");
    assert.deepEqual(fake.orders, [
      "write server 10.0.0.1:3000 max_fails=3 down; server 10.0.0.2:3000;",
      "nginx -t",
      "nginx -s reload",
    ]);
    await driver.drain("web1");
    assert.equal(fake.orders.length, 3, "it is out already");
    assert.deepEqual([await driver.isOut("web1"), await driver.isOut("web2")], [true, false]);
    assert.equal(driver.byHand("web1"), `take "down" off 10.0.0.1:3000 in ${include}, and nginx -s reload`);
    assert.deepEqual(await driver.addressOf("web1"), { host: "10.0.0.1", port: 3000 });
    const others = create({ ...settings, servers: { a: "[::1]:81", b: "app.local down" } }, fake.run);
    assert.deepEqual(
      [await others.addressOf("a"), await others.addressOf("b"), await others.addressOf("c")],
      [{ host: "::1", port: 81 }, { host: "app.local", port: 80 }, undefined],
    );
    await assert.rejects(driver.drain("web2"), /web2 is the last server of nginx's list/);
    await driver.undrain("web1");
    assert.equal(fake.orders[3], "write server 10.0.0.1:3000 max_fails=3; server 10.0.0.2:3000;");
    assert.deepEqual([...fake.files.keys()], [include], "no draft is left");
  });

  it("puts the former list back when the test fails, without a reload", async () => {
    const fake = fakeNginx(include, list, config());
    fake.complaint = "nginx: [emerg] no space left";
    await assert.rejects(create(settings, fake.run).drain("web1"), (error: { detail: string[]; code: string }) => {
      assert.deepEqual([error.code, error.detail], ["balancerFailed", ["nginx: [emerg] no space left"]]);
      return true;
    });
    assert.equal(fake.files.get(include), list);
    assert.ok(!fake.orders.includes("nginx -s reload"));
  });

  it("puts the machine back when old worker processes stay", async () => {
    const fake = fakeNginx(include, list, config());
    fake.looksUntilGone = Number.POSITIVE_INFINITY;
    await assert.rejects(create(settings, fake.run).drain("web1"), /1 old worker processes of nginx still had clients/);
    const [taken, back] = fake.orders.filter((order) => order.startsWith("write"));
    assert.match(taken ?? "", /max_fails=3 down;/);
    assert.equal(back, "write server 10.0.0.1:3000 max_fails=3; server 10.0.0.2:3000;");
    assert.equal(fake.orders.filter((order) => order === "nginx -s reload").length, 2);
  });

  it("takes several machines out at once, none of which undoes what another has done", async () => {
    const three = { ...settings, servers: { ...settings.servers, web3: "10.0.0.3:3000" } };
    const fake = fakeNginx(include, `${list}server 10.0.0.3:3000;\n`, config());
    const driver = create(three, fake.run);
    await Promise.all([driver.drain("web1"), driver.drain("web2")]);
    const out = fake.files.get(include)?.match(/10\.0\.0\.\d:3000[^;]* down;/g);
    assert.equal(out?.length, 2, fake.files.get(include));
    await assert.rejects(driver.drain("web3"), /web3 is the last server of nginx's list/);
    await Promise.all([driver.undrain("web1"), driver.undrain("web2")]);
    assert.doesNotMatch(fake.files.get(include) ?? "", / down;/);
    // One that stays too long comes back, and the other stays out.
    fake.looksUntilGone = Number.POSITIVE_INFINITY;
    const both = await Promise.allSettled([driver.drain("web1"), driver.drain("web3")]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.doesNotMatch(fake.files.get(include) ?? "", / down;/);
  });

  it("is refused where it would reset clients, or where the list is not its own", async () => {
    const check = (fake: { run: RunCommand }, more = {}) => create({ ...settings, ...more }, fake.run).check(["web1"]);
    await assert.rejects(check(fakeNginx(include, list, config(""))), /keepalive_min_timeout/);
    await check(fakeNginx(include, list, config("")), { acceptResets: true });
    await assert.rejects(check(fakeNginx(include, `${list}keepalive 8;`, config())), /holds more than servers/);
    await assert.rejects(check(fakeNginx(include, `${list}server x;`, config())), /lists x, which balancer.servers/);
    await assert.rejects(check(fakeNginx("/other", list, config())), /can't be read. Make it with the lines below/);
    await assert.rejects(check(fakeNginx(include, "server {", config())), /app.conf:1: the block/);
    await assert.rejects(create(settings, nobody).check(["web9"]), /which server of nginx web9 is/);
  });
});

describe("the driver of commands", () => {
  const settings = { kind: "commands", drain: ["lb", "out", "{machine}"], undrain: ["lb", "in", "{machine}:1"] };

  it("runs them, and puts a machine back whose drain fails", async () => {
    const ran: string[] = [];
    const run: RunCommand = async (argv) => {
      ran.push(argv.join(" "));
      return { code: argv.includes("out") ? 3 : 0, stdout: "", stderr: "no\n" };
    };
    await assert.rejects(create({ ...settings, prefix: ["sudo", "-n"] }, run).drain("web1"), {
      message: 'On the balancer, "lb out web1" ended with exit code 3.',
    });
    assert.deepEqual(ran, ["sudo -n lb out web1", "sudo -n lb in web1:1"]);
    const driver = create({ ...settings, prefix: ["sudo", "-n"] }, run);
    assert.deepEqual([await driver.isOut("web1"), driver.byHand("web1")], [undefined, "sudo -n lb in web1:1"]);
  });

  it("says so when that fails too", async () => {
    const run: RunCommand = async () => ({ code: 1, stdout: "", stderr: "gone" });
    await assert.rejects(
      create(settings, run).drain("web1"),
      /exit code 1. web1 could not be put back: do so by hand./,
    );
  });
});

describe("no driver", () => {
  it("is refused where the balancer passes machines over for longer than the pause", async () => {
    await assert.rejects(create({ kind: "none" }, nobody).check(["web1"]), /Set pause to more than 10000 ms/);
    await create({ kind: "none", failTimeout: 999 }, nobody).check(["web1"]);
    const nginx = fakeNginx(
      "/x",
      "server 10.0.0.1:1 fail_timeout=2s; server 10.0.0.2:1;",
      "# configuration file /n:\nhttp { upstream a { include /x; } }\n",
    );
    await assert.rejects(create({ kind: "none", reads: "nginx" }, nginx.run).check(["web1"]), /for 10000 ms: soon/);
  });
});

describe("checkBalancer", () => {
  it("reads the configuration where it is, and knows the fleet's own settings", async () => {
    const nginx = fakeNginx(
      "/x",
      "server 10.0.0.1:1; server 10.0.0.2:1;",
      "# configuration file /n:\nhttp { upstream a { include /x; } }\n",
    );
    const settings = v.parse(balancerSchema, { kind: "none", reads: "nginx" });
    const found = await checkBalancer(settings, nginx.run, { ...facts, driver: "none" });
    assert.deepEqual(
      found.map(({ code, file, line }) => `${code} ${file}:${line}`),
      ["failTimeout /n:1", "noVerify hitless:0"],
    );
    const named = fakeNginx(
      "/x",
      "server 127.0.0.1:1; server 10.0.0.2:1;",
      "# configuration file /n:\nhttp { upstream a { zone a 1m; include /x; } }\n",
    );
    const machines = [
      { name: "here", hosts: ["localhost"] },
      { name: "there", hosts: ["no-such-host.invalid"] },
    ];
    const list = v.parse(balancerSchema, { kind: "nginx", include: "/x", servers: { there: "10.0.0.2:1 weight=2" } });
    const known = await checkBalancer(list, named.run, { ...facts, machines, driver: "nginx", verifies: true });
    assert.deepEqual(known, [], "one by its name, the other by the settings");
    const broken: RunCommand = async () => ({ code: 0, stdout: "backend 'x\n", stderr: "" });
    const other = v.parse(balancerSchema, { kind: "haproxy", servers: {} });
    await assert.rejects(checkBalancer(other, broken, facts), /haproxy.cfg:1: a quote is not closed/);
    assert.deepEqual(
      (await checkBalancer(v.parse(balancerSchema, { kind: "none" }), nobody, facts)).map(({ code }) => code),
      ["noVerify"],
    );
  });
});

describe("the settings of a balancer", () => {
  it("say what is wrong with them", () => {
    const complaint = (settings: unknown) => v.safeParse(balancerSchema, settings).issues?.[0]?.message;
    assert.match(complaint({}) ?? "", /must be an object with a kind/);
    assert.match(complaint({ kind: "haproxy", servers: { a: "b" } }) ?? "", /must name a backend and a server/);
    assert.match(complaint({ kind: "nginx", include: "x", servers: {} }) ?? "", /must be an absolute path/);
    assert.match(complaint({ kind: "nginx", include: "/x", servers: { a: "1.1.1.1; }" } }) ?? "", /must be an address/);
    assert.match(complaint({ kind: "commands", drain: [], undrain: ["x"] }) ?? "", /must not be empty/);
  });
});
