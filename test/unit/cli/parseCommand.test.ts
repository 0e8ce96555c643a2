import assert from "node:assert/strict";
import type { CommandSpec } from "../../../src/cli/arguments/commandSpec.ts";
import { parseCommand } from "../../../src/cli/arguments/parseCommand.ts";

const spec: CommandSpec = {
  name: "run",
  summary: "",
  operands: [
    { name: "NAME", what: "the name of an app" },
    { name: "N", what: "a number", optional: true },
  ],
  takesAppArgs: true,
  flags: [
    { name: "workers", value: "N", help: "" },
    { name: "node-arg", value: "A", repeatable: true, dashValue: true, help: "" },
    { name: "follow", short: "f", help: "" },
    { name: "lines", short: "n", value: "N", help: "" },
    { name: "help", short: "h", help: "" },
  ],
  examples: [],
};

describe("parseCommand", () => {
  const parse = (...words: string[]) => parseCommand(spec, words);
  const refuses = (words: string[], message: RegExp) => {
    assert.throws(() => parse(...words), { code: "usage", message });
  };

  it("takes operands, flags in every form, and the app's words apart", () => {
    const parsed = parse("api", "--workers=4", "-f", "-n", "5", "2", "--", "--workers", "9", "--");
    assert.deepEqual(parsed.operands, ["api", "2"]);
    assert.deepEqual(parsed.appArgs, ["--workers", "9", "--"]);
    assert.deepEqual([parsed.value("workers"), parsed.has("follow"), parsed.value("lines")], ["4", true, "5"]);
    assert.deepEqual([parsed.value("node-arg"), parsed.values("node-arg"), parsed.has("help")], [undefined, [], false]);
  });

  it("collects a repeatable flag, whose values may begin with a dash", () => {
    const parsed = parse("api", "--node-arg", "--enable-source-maps", "--node-arg=--no-warnings");
    assert.deepEqual(parsed.values("node-arg"), ["--enable-source-maps", "--no-warnings"]);
  });

  it("asks for nothing when help is asked for", () => {
    assert.equal(parse("--help").has("help"), true);
    assert.equal(parse("-h").has("help"), true);
  });

  it("names what is wrong, and the way out", () => {
    refuses([], /^hitless run: NAME is missing; give the name of an app\.\nSee: hitless run --help$/);
    refuses(["api", "--wrokers", "2"], /no flag --wrokers; did you mean --workers\?\n/);
    refuses(["api", "-x"], /no flag -x\./);
    refuses(["api", "--workers"], /--workers needs a value; write --workers=N/);
    refuses(["api", "--workers", "--follow"], /--workers needs a value/);
    refuses(["api", "--follow=yes"], /--follow takes no value/);
    refuses(["api", "--workers=1", "--workers=2"], /--workers is given twice/);
    refuses(["api", "1", "extra"], /unexpected argument "extra"; arguments for the app come after --, as in: -- extra/);
  });

  it("refuses words for an app where there is none to take them", () => {
    assert.throws(() => parseCommand({ ...spec, takesAppArgs: false }, ["api", "--", "x"]), {
      message: /"--" is not allowed here/,
    });
  });
});
