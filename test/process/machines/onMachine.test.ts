import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openForward } from "../../../src/client/machines/sshForward.ts";
import { protocolVersion } from "../../../src/shared/protocol.ts";
import {
  noMachinesBecause,
  type SshMachine,
  type SshMachines,
  startSshMachines,
} from "../../support/process/sshMachines.ts";
import {
  assertCode,
  type CliResult,
  type CliWorld,
  cliFile,
  get,
  openCliWorld,
  plainServer,
  readyPattern,
} from "../cli/hitless.ts";

const reason = noMachinesBecause();

(reason === undefined ? describe : describe.skip)(
  `another machine, over ssh${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  () => {
    let world: CliWorld;
    let lab: SshMachines;
    let web1: SshMachine;
    let web2: SshMachine;

    before(async () => {
      lab = await startSshMachines(["web1", "web2"], cliFile);
      [web1, web2] = lab.machines as [SshMachine, SshMachine];
      world = openCliWorld();
      world.write({
        "server.js": plainServer,
        "hitless.json": '{ "machines": { "web1": "web1", "web2": { "ssh": "web2" } } }',
      });
    });

    after(async () => {
      for (const { runtime } of [web1, web2]) {
        await world.run(["stop", "shop", "--now"], { env: { HITLESS_RUNTIME_DIR: runtime } });
      }
      await world.end();
      await lab.end();
    });

    const on = (words: readonly string[]): Promise<CliResult> => world.run(words, { env: lab.env });

    let url = "";

    it("starts an app there, which does not end with this terminal", async () => {
      const start = [
        "start",
        join(world.folder, "server.js"),
        "--name",
        "shop",
        "--env",
        "A=it's b",
        "--workers",
        "1",
        "--on",
        "web1",
      ];
      const attached = await on(start);
      assertCode(attached, 2);
      assert.match(attached.stderr, /--on needs --detach/);
      const started = await on([...start, "--detach"]);
      assertCode(started, 0);
      url = readyPattern.exec(started.stderr)?.[4] ?? "";
      await get(url);
    });

    it("has its apps, and nothing of this one's", async () => {
      const listed = await on(["list", "--on", "web1", "--json"]);
      assertCode(listed, 0);
      assert.deepEqual(
        JSON.parse(listed.stdout).map(({ name }: { name: string }) => name),
        ["shop"],
      );
      const others = await on(["list", "--on", "web2"]);
      assertCode(others, 0);
      assert.match(others.stderr, /No app is running on web2\./);
      const missing = await on(["status", "shop", "--on", "web2"]);
      assertCode(missing, 3);
      assert.match(missing.stderr, /No app "shop" runs on web2\./);
    });

    it("is where a command does what it would do here", async () => {
      const before = await get(url);
      const reloaded = await on(["reload", "shop", "--on", "web1", "--json"]);
      assertCode(reloaded, 0);
      assert.equal(JSON.parse(reloaded.stdout).outcome, "completed");
      assert.notEqual(await get(url), before);
      assertCode(await on(["scale", "shop", "2", "--on", "web1"]), 0);
      const status = await on(["status", "shop", "--on", "web1", "--json"]);
      assert.equal(JSON.parse(status.stdout).workers.length, 2);
      assert.equal(JSON.parse((await on(["history", "shop", "--on", "web1", "--json"])).stdout).reports.length, 1);
    });

    it("has a log that can be followed, and an app that can be stopped", async () => {
      await get(`${url}/log?said-there`);
      const logs = world.start(["logs", "shop", "--on", "web1", "--follow"], { env: lab.env });
      await logs.until("stdout", /said-there/);
      await get(`${url}/log?and-later`);
      await logs.until("stdout", /and-later/);
      logs.child.kill("SIGINT");
      assertCode(await logs.ended, 0);
      assertCode(await on(["stop", "shop", "--on", "web1"]), 0);
      assertCode(await on(["status", "shop", "--on", "web1"]), 3);
    });

    it("is listed with what it has, or why it can't be used, each for itself", async () => {
      await web2.cutOff();
      const listed = await on(["machines"]);
      assertCode(listed, 1);
      assert.match(listed.stdout, /^web1 +reachable +\d+\.\d+\.\d+ +v\d+/m);
      assert.match(listed.stdout, /^web2 +unreachable/m);
      assert.match(listed.stderr, /web2 \(web2\) can't be reached\.\n.*Connection refused/);
      await web2.start();
      const json = await on(["machines", "--json"]);
      assertCode(json, 0);
      assert.deepEqual(
        JSON.parse(json.stdout).map(({ reachable }: { reachable: boolean }) => reachable),
        [true, true],
      );
    });

    it("is refused by name when its host key is not known, or another one, or accepts no key", async () => {
      const known = lab.knownHosts;
      const config = join(world.folder, "config");
      const ssh = join(world.folder, "ssh");
      const refused = async (lines: string): Promise<{ code: string; message: string }> => {
        writeFileSync(config, `${lines}\nInclude ${lab.configFile}\n`);
        writeFileSync(ssh, `#!/bin/sh\nexec /usr/bin/ssh -F ${config} "$@"\n`, { mode: 0o755 });
        const result = await world.run(["list", "--on", "web1", "--json"], {
          env: { PATH: `${world.folder}:${lab.env.PATH}` },
        });
        assertCode(result, 1);
        return JSON.parse(result.stderr).error;
      };
      assert.equal((await refused("UserKnownHostsFile /dev/null")).code, "hostKeyUnknown");
      const other = join(world.folder, "other_hosts");
      writeFileSync(other, "");
      const [first = "", second = ""] = readFileSync(known, "utf8").split("\n");
      appendFileSync(other, `${first.split(" ")[0]} ${second.split(" ").slice(1).join(" ")}\n`);
      const changed = await refused(`UserKnownHostsFile ${other}`);
      assert.equal(changed.code, "hostKeyChanged");
      assert.match(changed.message, /ssh-keygen -R/);
      assert.equal((await refused("PubkeyAuthentication no")).code, "keyRefused");
      assert.equal((await refused("HostName nowhere.invalid")).code, "machineUnreachable");
    });

    it("says so when Hitless is missing there, and what to do about it", async () => {
      const link = join(web2.bin, "hitless");
      rmSync(link);
      const result = await on(["list", "--on", "web2"]);
      symlinkSync(cliFile, link);
      assertCode(result, 1);
      assert.match(result.stderr, /Hitless is not installed on web2.*hitless machine prepare web2/);
    });

    it("may print a greeting of its own", async () => {
      const link = join(web2.bin, "hitless");
      rmSync(link);
      writeFileSync(link, `#!/bin/sh\necho "Welcome, and mind the step"\nexec ${cliFile} "$@"\n`, { mode: 0o755 });
      const result = await on(["list", "--on", "web2"]);
      rmSync(link);
      symlinkSync(cliFile, link);
      assertCode(result, 0);
    });

    it("is prepared with this command line when it has none, and only then", async () => {
      const link = join(web2.bin, "hitless");
      rmSync(link);
      const unasked = await on(["machine", "prepare", "web2"]);
      assertCode(unasked, 2);
      assert.match(unasked.stderr, /nobody can be asked here; write --yes/);
      const prepared = await on(["machine", "prepare", "web2", "--yes", "--json"]);
      assertCode(prepared, 0);
      const { copied, path, bytes } = JSON.parse(prepared.stdout);
      assert.equal(copied, true);
      assert.equal(path, join(web2.home, ".hitless", String(protocolVersion)));
      assert.ok(bytes > 100_000);
      assertCode(await on(["list", "--on", "web2"]), 0);
      const again = await on(["machine", "prepare", "web2"]);
      assertCode(again, 0);
      assert.match(again.stdout, /there is nothing to do/);
      symlinkSync(cliFile, link);
    });

    it("is prepared only after a yes of the person at a terminal", async () => {
      const link = join(web2.bin, "hitless");
      rmSync(link);
      rmSync(join(web2.home, ".hitless"), { recursive: true });
      const answered = async (answer: string): Promise<string> => {
        const words = [process.execPath, cliFile, "machine", "prepare", "web2"].map((word) => `'${word}'`);
        const child = spawn("/usr/bin/script", ["-qec", words.join(" "), "/dev/null"], {
          cwd: world.folder,
          env: { ...process.env, ...lab.env, HITLESS_RUNTIME_DIR: world.runtime },
        });
        let shown = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
          const wasAsked = shown.includes("[y/N]");
          shown += text;
          if (!wasAsked && shown.includes("[y/N]")) {
            child.stdin.write(`${answer}\n`);
          }
        });
        await once(child, "close");
        return shown;
      };
      assert.match(await answered("n"), /Copy Hitless [\s\S]*MiB\) to [\s\S]* on web2\? [\s\S]*Nothing was copied\./);
      assert.equal(existsSync(join(web2.home, ".hitless")), false);
      assert.match(await answered("y"), /web2 has Hitless \S+ in \S+ now/);
      symlinkSync(cliFile, link);
    });

    it("of another version is told so, and can be prepared", async () => {
      const folder = join(web1.home, ".hitless", String(protocolVersion));
      mkdirSync(folder, { recursive: true });
      const greeting = JSON.stringify({ protocolVersion: 99, version: "9.9.9", nodeVersion: "v99.0.0" });
      writeFileSync(join(folder, "hitless"), `#!/bin/sh\necho 'HITLESS-CONNECT ${greeting}'\nsleep 30\n`, {
        mode: 0o755,
      });
      const result = await on(["list", "--on", "web1"]);
      assertCode(result, 1);
      assert.match(
        result.stderr,
        /web1 has Hitless 9\.9\.9: it speaks version 99 of the protocol, this Hitless 1\. Run: hitless machine prepare web1/,
      );
      assertCode(await on(["machine", "prepare", "web1", "--yes"]), 0);
      assertCode(await on(["list", "--on", "web1"]), 0);
    });

    it("without a Node.js that runs Hitless is not prepared, and says which it has", async () => {
      const bare = join(web2.home, "bare");
      mkdirSync(bare);
      writeFileSync(join(bare, "node"), "#!/bin/sh\necho 18.20.4\n", { mode: 0o755 });
      for (const program of ["sh", "tail"]) {
        symlinkSync(`/usr/bin/${program}`, join(bare, program));
      }
      rmSync(join(web2.home, ".hitless"), { recursive: true });
      await web2.cutOff();
      await web2.start({ PATH: bare, SHELL: "/bin/false" });
      const result = await on(["machine", "prepare", "web2", "--yes"]);
      await web2.cutOff();
      await web2.start();
      assertCode(result, 1);
      assert.match(result.stderr, /web2 has no Node\.js 20 or newer \(found: 18\.20\.4/);
    });

    it("has ports that are reached from here, until nobody needs them", async () => {
      const { PATH } = process.env;
      process.env.PATH = lab.env.PATH;
      const server = createServer((_request, response) => response.end("there")).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const machine = { name: "web1", ssh: "web1" };
      try {
        const forward = await openForward(machine, port);
        assert.equal(await get(`http://127.0.0.1:${forward.port}/`), "there");
        forward.dispose();
        await assert.rejects(get(`http://127.0.0.1:${forward.port}/`), /fetch failed/);
        server.closeAllConnections();
        server.close();
        await once(server, "close");
        await assert.rejects(openForward(machine, port), { code: "invalidState", message: /^Nobody listens on port/ });
        await assert.rejects(openForward({ name: "gone", ssh: "root@web1.invalid" }, port), {
          code: "machineUnreachable",
        });
      } finally {
        process.env.PATH = PATH;
        server.close();
      }
    });

    it("is told from one that is mistyped", async () => {
      const result = await on(["list", "--on", "wbe1"]);
      assertCode(result, 1);
      assert.match(result.stderr, /No machine is called "wbe1" here\. Did you mean "web1"\?/);
    });

    it("whose connection is lost ends what waits for it", async () => {
      const started = await world.run(["start", "server.js", "--detach", "--name", "shop"], {
        env: { HITLESS_RUNTIME_DIR: web2.runtime },
      });
      assertCode(started, 0);
      const logs = world.start(["logs", "shop", "--on", "web2", "--follow"], { env: lab.env });
      const url = readyPattern.exec(started.stderr)?.[4] ?? "";
      await get(`${url}/log?one`);
      await logs.until("stdout", /one/);
      await web2.cutOff();
      const { stderr } = await logs.ended;
      assert.match(stderr, /lost|gone/);
      await web2.start();
      assertCode(await on(["stop", "shop", "--on", "web2"]), 0);
    });
  },
);
