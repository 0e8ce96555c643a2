import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Service } from "kubernetes-models/v1/Service";
import { parse, parseAllDocuments } from "yaml";
import { parseCommand } from "../../../src/cli/arguments/parseCommand.ts";
import { configOfFlags } from "../../../src/cli/arguments/startFlags.ts";
import { startCommand } from "../../../src/cli/commands/start.ts";
import { appDefaults } from "../../../src/shared/appConfig.ts";
import { longestStopSeconds } from "../../../src/shared/settings/stopTime.ts";
import { projectRoot } from "../../support/paths.ts";
import { run } from "../../support/programs.ts";

const folder = join(projectRoot, "examples", "production");
const read = (file: string): string => readFileSync(join(folder, file), "utf8");
const page = readFileSync(join(projectRoot, "docs", "production.md"), "utf8");

/** The words of an instruction that is a JSON array. */
function instruction(name: string): string[] {
  const text = read("Dockerfile").replace(/\\\n\s*/g, "");
  const [, words = ""] = new RegExp(`^${name} (?:.*? )??(\\[.*\\])$`, "m").exec(text) ?? [];
  return JSON.parse(words) as string[];
}

/** What the image's command line makes of its words. */
function settingsOf(words: readonly string[]): ReturnType<typeof configOfFlags> {
  return configOfFlags(parseCommand(startCommand.spec, words.slice(words.indexOf("start") + 1)));
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly strategy: { readonly rollingUpdate: { readonly maxUnavailable: number; readonly maxSurge: number } };
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations: Readonly<Record<string, string>> };
      readonly spec: { readonly terminationGracePeriodSeconds: number; readonly containers: readonly Container[] };
    };
  };
}

describe("examples/production", () => {
  it("each has its place in docs/production.md", () => {
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.\w+$|^Dockerfile$/.test(name),
    )) {
      assert.ok(page.includes(`examples/production/${file.replaceAll("\\", "/")}`), file);
    }
  });

  describe("Dockerfile", () => {
    const words = [...instruction("ENTRYPOINT"), ...instruction("CMD")];

    it("starts Hitless under an init, with flags that there are, and checks the port that it opens", () => {
      assert.deepEqual(words.slice(0, 4), ["tini", "--", "hitless", "start"]);
      const { health, workers } = settingsOf(words);
      assert.deepEqual({ health, workers }, { health: "0.0.0.0:9100", workers: 2 });
      assert.match(read("Dockerfile"), /HEALTHCHECK[\s\S]*127\.0\.0\.1:9100\/ready/);
    });

    it("checks with a program that says 1 when nobody answers", async () => {
      const [program, flag, code = ""] = instruction("HEALTHCHECK");
      assert.deepEqual([program, flag], ["node", "-e"]);
      // Port 9 of loopback: nobody serves there.
      const asked = await run(process.execPath, ["-e", code.replace(":9100", ":9")], { deadlineMs: 20_000 });
      assert.deepEqual(asked, { code: 1, output: "" });
    });
  });

  describe("stack.yaml", () => {
    const { services } = parse(read("stack.yaml")) as {
      services: Record<string, { stop_grace_period: string; deploy: Record<string, Record<string, unknown>> }>;
    };

    it("starts the new container first, and gives the old one the time that it may need", () => {
      const { web } = services;
      const { shutdownDelay = 0 } = settingsOf([...instruction("ENTRYPOINT"), ...instruction("CMD")]);
      assert.equal(web?.stop_grace_period, `${longestStopSeconds({ ...appDefaults, shutdownDelay })}s`);
      assert.equal(web?.deploy.update_config?.order, "start-first");
      assert.equal(web?.deploy.update_config?.failure_action, "rollback");
      assert.equal(web?.deploy.endpoint_mode, "dnsrr");
    });
  });

  describe("kubernetes.yaml", () => {
    const documents = parseAllDocuments(read("kubernetes.yaml")).map((document) => document.toJS() as Manifest);
    const deployment = documents.find(({ kind }) => kind === "Deployment");
    const container = deployment?.spec.template.spec.containers[0];

    it("is valid by the schemas of Kubernetes", () => {
      const models: Readonly<Record<string, new (data: never) => { validate(): void }>> = {
        Deployment,
        PodDisruptionBudget,
        Service,
      };
      assert.deepEqual(
        documents.map(({ kind }) => kind),
        ["Deployment", "Service", "PodDisruptionBudget"],
      );
      for (const document of documents) {
        const Model = models[document.kind];
        assert.ok(Model !== undefined, document.kind);
        new Model(document as never).validate();
      }
      assert.throws(() => new Deployment({ spec: { ...deployment?.spec, replicas: "two" } } as never).validate());
    });

    it("waits as long as Hitless may need", () => {
      const [program, seconds] = container?.lifecycle.preStop.exec.command ?? [];
      // What is not said is as it is by default.
      const given = settingsOf([...instruction("ENTRYPOINT"), ...(container?.args ?? [])]);
      assert.deepEqual(Object.keys(given), ["workers", "health"]);
      assert.equal(program, "sleep");
      assert.equal(
        deployment?.spec.template.spec.terminationGracePeriodSeconds,
        Number(seconds) + longestStopSeconds(appDefaults),
      );
      const { periodSeconds = 0, failureThreshold = 0 } = container?.startupProbe ?? {};
      assert.ok(periodSeconds * failureThreshold >= appDefaults.readyTimeout / 1_000 + 10);
    });

    it("asks Hitless's health checks, and never has fewer pods than there should be", () => {
      const port = container?.ports.find(({ name }) => name === "health")?.containerPort;
      assert.equal(`0.0.0.0:${port}`, settingsOf(instruction("ENTRYPOINT")).health);
      assert.equal(deployment?.spec.template.metadata.annotations["prometheus.io/port"], String(port));
      for (const [probe, path] of [
        [container?.startupProbe, "/ready"],
        [container?.readinessProbe, "/ready"],
        [container?.livenessProbe, "/live"],
      ] as const) {
        assert.deepEqual(probe?.httpGet, { path, port: "health" });
      }
      assert.deepEqual(deployment?.spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
      assert.deepEqual(deployment?.spec.selector.matchLabels, deployment?.spec.template.metadata.labels);
    });
  });

  describe("ansible/deploy.yml", () => {
    const [play] = parse(read("ansible/deploy.yml")) as Record<string, unknown>[];
    const { shop } = parse(read("ansible/inventory.yml")) as { shop: { vars: Record<string, unknown> } };

    it("goes from machine to machine, and ends at the first that fails", () => {
      assert.deepEqual([play?.serial, play?.any_errors_fatal, play?.hosts], [1, true, "shop"]);
      assert.match(read("ansible/deploy.yml"), /argv: \[hitless, reload, "\{\{ app \}\}", --json\]/);
    });

    it("names only variables that the inventory has, or that are said to be given", () => {
      const used = [...read("ansible/deploy.yml").matchAll(/\{\{ (\w+) \}\}/g)].map(([, name = ""]) => name);
      const known = [...Object.keys(shop.vars), "release"];
      assert.deepEqual(
        [...new Set(used)].filter((name) => !known.includes(name)),
        [],
      );
    });
  });
});
