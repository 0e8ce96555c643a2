import assert from "node:assert/strict";
import { jsonText } from "../../../src/cli/command.ts";
import { openOutput } from "../../../src/cli/terminal/output.ts";
import { harmless } from "../../../src/shared/text/escapeFilter.ts";

const hostile =
  "a\u001b]52;c;ZXZpbA==\u0007b\u001b[2Jc\u009b31md\u202ee\u2066f\rg\u001b[31mred\u001b[0m\ttab\u001b]0;never ended\nnext\n";
const shown = "abc31mdefg\u001b[31mred\u001b[0m\ttab\nnext\n";

describe("what a terminal is shown of a text that somebody else wrote", () => {
  it("has colours, tabs and line ends, and nothing else that a terminal obeys", () => {
    assert.equal(harmless(hostile), shown);
  });

  it("is all that a command writes to one, unless it is the app's own output", () => {
    const written: string[] = [];
    const stream = (isTTY: boolean) =>
      ({
        isTTY,
        on: () => undefined,
        write: (text: string) => written.push(text) > 0,
      }) as unknown as NodeJS.WriteStream;
    void openOutput(stream(true), {}).write(hostile);
    void openOutput(stream(true), {}).write(hostile, { raw: true });
    void openOutput(stream(false), {}).write(hostile);
    assert.deepEqual(written, [shown, hostile, hostile]);
  });

  it("is in JSON as escapes, which say the same", () => {
    const json = jsonText({ hostile });
    assert.equal(harmless(json), json);
    assert.deepEqual(JSON.parse(json), { hostile });
  });
});
