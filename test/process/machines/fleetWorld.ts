import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { FleetRun } from "../../../src/shared/machines/fleetRun.ts";
import { freePort } from "../../support/process/freePort.ts";
import { type SshMachine, type SshMachines, startSshMachines } from "../../support/process/sshMachines.ts";
import { poll } from "../../support/process/until.ts";
import { assertCode, type CliResult, type CliWorld, cliFile, get, openCliWorld, readyPattern } from "../cli/hitless.ts";

export const names: readonly string[] = ["web1", "web2", "web3"];

/**
 * Answers with its release; one called "bad" does not start, one called "dies" does so once the file "die" is there, and
 * one called "late" starts when the file "go" is there.
 */
const server = `
const release = require("node:fs").readFileSync(__dirname + "/release", "utf8");
if (release.startsWith("bad")) {
  throw new Error("broken release");
}
const fs = require("node:fs");
if (release.startsWith("dies")) {
  setInterval(() => {
    if (fs.existsSync(__dirname + "/die")) {
      fs.rmSync(__dirname + "/die");
      process.exit(9);
    }
  }, 20);
}
while (release.startsWith("late") && !fs.existsSync(__dirname + "/go")) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}
const server = require("node:http").createServer((request, response) => response.end(release)).listen(process.env.PORT);
server.keepAliveTimeout = require("node:fs").readFileSync(__dirname + "/name", "utf8") === "web2" ? 70_000 : 5_000;
`;

/** Deploys a release; one called "hold" waits until the file "go" is there, "bad@web2" is bad on that machine only. */
const deploy = `
const fs = require("node:fs");
const [given] = process.argv.slice(2);
const [release, only] = given.split("@");
console.log("deploying " + given);
if (only === undefined || fs.readFileSync("name", "utf8") === only) {
  if (release === "exit") {
    console.error("no space for the release");
    process.exit(7);
  }
  fs.writeFileSync("release", release);
  if (release === "hold") {
    fs.writeFileSync("holding", "");
    setInterval(() => fs.existsSync("go") && process.exit(0), 20);
    setInterval(() => fs.existsSync("fail") && process.exit(1), 20);
  }
} else {
  fs.writeFileSync("release", "good");
}
`;

/** Three machines with an app each, and a project on this one that names them as a fleet. */
export interface FleetWorld {
  readonly world: CliWorld;
  readonly lab: SshMachines;
  /** What the address that verifies answers to the question of this number; reset before each test. */
  healthStatus: (asked: number) => number;
  /** How often it was asked. */
  asked: number;
  machine(name: string): SshMachine;
  /** Of its app. */
  folder(name: string): string;
  run(words: readonly string[]): Promise<CliResult>;
  /** The report of a run with `--json`. */
  report(code: number, ...words: readonly string[]): Promise<FleetRun>;
  /** What the apps answer. */
  releases(): Promise<string[]>;
  /** Writes the settings: a fleet "shop", with changes, and further machines. */
  fleet(changes?: object, machines?: object): void;
  /** What was last done to the fleet. */
  last(): Promise<FleetRun>;
  /** Waits until the machines know that who holds their locks has died. */
  untilForsaken(): Promise<void>;
  reset(): void;
  end(): Promise<void>;
}

export const stepsOf = ({ machines }: FleetRun): string[] => machines.map(({ step }) => step);

export async function openFleetWorld(): Promise<FleetWorld> {
  const lab = await startSshMachines(names, cliFile);
  const world = openCliWorld();
  const urls = new Map<string, string>();
  const health = createServer((_request, response) => {
    fleetWorld.asked += 1;
    response.statusCode = fleetWorld.healthStatus(fleetWorld.asked);
    response.end();
  }).listen(0);
  const fleetWorld: FleetWorld = {
    world,
    lab,
    healthStatus: () => 200,
    asked: 0,
    machine: (name) => lab.machines.find((one) => one.name === name) as SshMachine,
    folder: (name) => join(fleetWorld.machine(name).home, "shop"),
    run: (words) => world.run(words, { env: lab.env }),
    async report(code, ...words) {
      const result = await fleetWorld.run(["fleet", ...words, "--json"]);
      assertCode(result, code);
      return JSON.parse(result.stdout);
    },
    releases: () => Promise.all(names.map((name) => get(urls.get(name) ?? ""))),
    fleet(changes = {}, more = {}) {
      const { port } = health.address() as AddressInfo;
      const shop = {
        app: "shop",
        machines: names,
        deploy: ["node", "deploy.js", "v1"],
        rollback: ["node", "deploy.js", "before"],
        verify: { url: `http://127.0.0.1:${port}/`, times: 2 },
        ...changes,
      };
      const machines = { ...Object.fromEntries(names.map((name) => [name, name])), ...more };
      world.write({ "hitless.json": JSON.stringify({ machines, fleets: { shop } }) });
    },
    async last() {
      const status = await fleetWorld.run(["fleet", "status", "shop", "--json"]);
      return JSON.parse(status.stdout).last;
    },
    async untilForsaken() {
      await poll("the machines notice", async () => {
        const status = await fleetWorld.run(["fleet", "status", "shop", "--json"]);
        return JSON.parse(status.stdout).lock?.alive === false;
      });
    },
    reset() {
      for (const name of names) {
        for (const file of ["holding", "go", "fail", "die"]) {
          rmSync(join(fleetWorld.folder(name), file), { force: true });
        }
      }
      fleetWorld.healthStatus = () => 200;
      fleetWorld.asked = 0;
      fleetWorld.fleet();
    },
    async end() {
      for (const { runtime } of lab.machines) {
        await world.run(["stop", "shop", "--now"], { env: { HITLESS_RUNTIME_DIR: runtime } });
      }
      health.close();
      await world.end();
      await lab.end();
    },
  };
  const begun = await Promise.allSettled(
    names.map(async (name) => {
      const folder = fleetWorld.folder(name);
      mkdirSync(folder);
      for (const [file, text] of Object.entries({ "server.js": server, "deploy.js": deploy, release: "v0", name })) {
        writeFileSync(join(folder, file), text);
      }
      // One that the system chooses is another one when the only worker has died.
      const port = ["--env", `PORT=${await freePort()}`];
      const started = await world.run(["start", "server.js", "--detach", "--name", "shop", "--workers", "1", ...port], {
        cwd: folder,
        env: { HITLESS_RUNTIME_DIR: fleetWorld.machine(name).runtime },
      });
      assertCode(started, 0);
      urls.set(name, readyPattern.exec(started.stderr)?.[4] ?? "");
    }),
  );
  const failed = begun.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") {
    // Nobody else would: the tests have no world then.
    await fleetWorld.end();
    throw failed.reason;
  }
  return fleetWorld;
}
