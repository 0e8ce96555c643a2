import assert from "node:assert/strict";
import { commands } from "../../../src/cli/commandLine.ts";
import { completionsOf } from "../../../src/cli/completion/completions.ts";
import { shellWord, typedWords } from "../../../src/cli/completion/typedWords.ts";

const specs = commands.map(({ spec }) => spec);

/** What is offered for a line: its words, and in angle brackets what has to be asked. */
function offered(...words: string[]): string[] {
  const { found, sources } = completionsOf(specs, words.slice(0, -1), words.at(-1) ?? "");
  return [...found.map(({ value }) => value), ...sources.map((source) => `<${source}>`)];
}

describe("completionsOf", () => {
  it("offers commands by their first words, then by their second", () => {
    assert.deepEqual(offered("rest"), ["restart"]);
    assert.deepEqual(offered("fl"), ["fleet"]);
    assert.deepEqual(offered("fleet", "h"), ["history"]);
    assert.deepEqual(offered("--v"), ["--version"]);
    assert.deepEqual(offered("nothing", ""), []);
  });

  it("offers what the operands of a command may be", () => {
    const table: readonly (readonly [readonly string[], readonly string[]])[] = [
      [
        ["start", ""],
        ["<configuredApps>", "<files>"],
      ],
      [
        ["systemd", "a"],
        ["<configuredApps>", "<files>"],
      ],
      [["status", ""], ["<runningApps>"]],
      [["status", "api", ""], []],
      [["reload", "api", ""], ["<runningApps>"]],
      [
        ["watch", "api", ""],
        ["on", "off"],
      ],
      [["import", ""], ["<files>"]],
      [["machines", ""], ["<machines>"]],
      [["machine", "prepare", ""], ["<machines>"]],
      [["fleet", "reload", ""], ["<fleets>"]],
      [["completion", "z"], ["zsh"]],
      [["start", "server.js", "--", "x"], ["<files>"]],
      [["status", "--on", "web1", ""], []],
    ];
    for (const [words, expected] of table) {
      assert.deepEqual(offered(...words), expected, words.join(" "));
    }
  });

  it("offers flags, each once unless it may be given again", () => {
    assert.deepEqual(offered("stop", "api", "--no"), ["--now"]);
    assert.deepEqual(offered("stop", "api", "--now", "--no"), []);
    assert.deepEqual(offered("start", "--node-arg", "--x", "--node-a"), ["--node-arg"]);
    assert.deepEqual(offered("logs", "-f", "api", "--fol"), []);
  });

  it("offers what a flag may be, behind it or behind its equals sign", () => {
    const table: readonly (readonly [readonly string[], readonly string[]])[] = [
      [
        ["start", "--scheduling", ""],
        ["roundRobin", "shared"],
      ],
      [["start", "--scheduling=s"], ["--scheduling=shared"]],
      [["start", "--workers", "m"], ["max"]],
      [["start", "--stop-signal", "SIGI"], ["SIGINT"]],
      [["start", "--cwd", ""], ["<folders>"]],
      [["start", "--env-file="], ["<files>"]],
      [["start", "--name", ""], []],
      [["import", "--env", ""], []],
      [["systemd", "--type", "e"], ["exec"]],
      [["list", "--on", "w"], ["<machines>"]],
      [["kill", "api", "--worker", ""], ["<workers>"]],
      [["logs", "api", "-n", ""], []],
      [["list", "--no-such", ""], []],
    ];
    for (const [words, expected] of table) {
      assert.deepEqual(offered(...words), expected, words.join(" "));
    }
    const { app, prefix } = completionsOf(specs, ["kill", "my api"], "--worker=");
    assert.deepEqual({ app, prefix }, { app: "my api", prefix: "--worker=" });
  });
});

describe("typedWords", () => {
  it("splits what is typed as a shell does, up to an unfinished word", () => {
    const table: readonly (readonly [string, readonly string[], string, string?])[] = [
      ["hitless ", [], ""],
      ["hitless sta", [], "sta"],
      ["hitless  status\tmy\\ a", ["status"], "my a"],
      ['hitless status "my a', ["status"], "my a", '"'],
      ["hitless 'a b' 'c", ["a b"], "c", "'"],
      ['hitless "a\\"b" x', ['a"b'], "x"],
      ["hitless a\\", [], "a"],
      ["", [], ""],
    ];
    for (const [line, before, current, quote] of table) {
      const typed = typedWords(line);
      assert.deepEqual([typed.before, typed.current, typed.quote], [before, current, quote], line);
    }
    assert.equal(typedWords('hitless status "my a').raw, '"my a');
  });

  it("is undone by shellWord", () => {
    for (const word of ["api", "my api", "@me/api", "it's", 'a"b', "$HOME", "a`b`", "ünï:cö*", "a\\b"]) {
      for (const quote of [undefined, '"', "'"] as const) {
        assert.equal(typedWords(`hitless ${shellWord(word, quote)}`).current, word);
      }
    }
  });
});
