import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { commands } from "../../../src/cli/commandLine.ts";
import { appDefaults } from "../../../src/shared/appConfig.ts";
import {
  continueOutputSchema,
  drainOutputSchema,
  errorOutputSchema,
  explainOutputSchema,
  fleetCheckOutputSchema,
  fleetHistoryOutputSchema,
  fleetPlanOutputSchema,
  fleetRunOutputSchema,
  fleetStatusOutputSchema,
  historyOutputSchema,
  killOutputSchema,
  layersOutputSchema,
  listOutputSchema,
  logLineSchema,
  machinesOutputSchema,
  prepareOutputSchema,
  profileOutputSchema,
  renewOutputSchema,
  requestLineSchema,
  scaleOutputSchema,
  statusOutputSchema,
  stopOutputSchema,
  systemdOutputSchema,
  watchOutputSchema,
} from "../../../src/shared/cliOutput.ts";
import { importOutputSchema } from "../../../src/shared/output/importOutput.ts";
import { rehearsalResultSchema } from "../../../src/shared/rehearsal/rehearsalResult.ts";

const docs = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");

const schemas: Readonly<Record<string, v.GenericSchema>> = {
  list: listOutputSchema,
  status: statusOutputSchema,
  layers: layersOutputSchema,
  renew: renewOutputSchema,
  rehearse: rehearsalResultSchema,
  history: historyOutputSchema,
  drain: drainOutputSchema,
  stop: stopOutputSchema,
  systemd: systemdOutputSchema,
  import: importOutputSchema,
  watch: watchOutputSchema,
  scale: scaleOutputSchema,
  continue: continueOutputSchema,
  kill: killOutputSchema,
  explain: explainOutputSchema,
  machines: machinesOutputSchema,
  fleetStatus: fleetStatusOutputSchema,
  fleetCheck: fleetCheckOutputSchema,
  fleetRun: fleetRunOutputSchema,
  fleetPlan: fleetPlanOutputSchema,
  fleetHistory: fleetHistoryOutputSchema,
  prepare: prepareOutputSchema,
  profile: profileOutputSchema,
  logLine: logLineSchema,
  requestLine: requestLineSchema,
  error: errorOutputSchema,
};

/** The part of the page under the heading that names the command. */
function section(command: string): string {
  const found = docs.split(/^## /m).find((part) => part.split("\n", 1)[0]?.split(", ").includes(command));
  assert(found !== undefined, `docs/cli.md has no section "${command}"`);
  return found;
}

describe("docs/cli.md", () => {
  it("shows JSON of the shapes that are printed, one example of each", () => {
    const examples = [...docs.matchAll(/^```json (\w+)\n(.*?)^```$/gms)];
    assert.deepEqual(examples.map(([, name]) => name).sort(), Object.keys(schemas).sort());
    for (const [, name = "", text = ""] of examples) {
      v.parse(schemas[name] as v.GenericSchema, JSON.parse(text));
    }
    assert.equal(docs.split("```json").length - 1, examples.length);
  });

  it("describes every flag of every command, and no other", () => {
    for (const { spec } of commands) {
      const text = section(spec.name);
      for (const { name, short } of spec.flags) {
        assert.match(text, new RegExp(`\`--${name}\\b(?!-)`), `${spec.name} --${name}`);
        if (short !== undefined && short !== "h") {
          assert.ok(text.includes(`\`-${short}`), `${spec.name} -${short}`);
        }
      }
      const known = new Set([...commands.flatMap((command) => command.spec.flags)].map(({ name }) => name));
      for (const [, name = ""] of text.matchAll(/`--([a-z][a-z0-9-]+)/g)) {
        assert.ok(known.has(name), `${spec.name}: --${name} is not a flag`);
      }
    }
  });

  it("lists every command, and names the defaults as they are", () => {
    for (const { spec } of commands) {
      assert.match(docs, new RegExp(`^\\| \\[\`hitless ${spec.name}\\b`, "m"), spec.name);
    }
    const start = section("start");
    const help = commands.find(({ spec }) => spec.name === "start")?.spec.flags ?? [];
    for (const [key, value] of Object.entries(appDefaults).filter(([, value]) => typeof value !== "boolean")) {
      const flag = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      assert.match(start, new RegExp(`^\\| \`--${flag} .*\\| ${value} \\|$`, "m"), flag);
      assert.ok(help.find(({ name }) => name === flag)?.help.includes(`(default ${value})`), flag);
    }
  });

  it("says of every command that takes an app how to use it on another machine", () => {
    for (const { spec } of commands.filter(({ spec: { operands } }) =>
      operands[0]?.what.startsWith("the name of an app"),
    )) {
      assert.ok(
        spec.flags.some(({ name }) => name === "on"),
        spec.name,
      );
    }
  });
});
