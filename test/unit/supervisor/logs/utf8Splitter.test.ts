import assert from "node:assert/strict";
import { createUtf8Splitter } from "../../../../src/supervisor/logs/utf8Splitter.ts";
import { seededRandom } from "../random.ts";

const alphabet = ["a", "\n", "é", "ß", "漢", "字", "€", "😀", "👨‍👩‍👧", "\u{10ffff}", "\0"];

describe("utf8Splitter", () => {
  it("never cuts a character, wherever the stream is cut", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = seededRandom(seed);
      const text = Array.from({ length: 1 + random(60) }, () => alphabet[random(alphabet.length)]).join("");
      const bytes = Buffer.from(text);
      const splitter = createUtf8Splitter();
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + random(7);
        pieces.push(splitter.push(bytes.subarray(at, at + size)));
        at += size;
      }
      pieces.push(splitter.end());
      // Each piece decoded alone, as the log store does: a cut character would become U+FFFD.
      assert.equal(pieces.map((piece) => piece.toString("utf8")).join(""), text, `seed ${seed}`);
    }
  });

  it("passes any bytes through unchanged and holds back 3 at most", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = seededRandom(seed);
      const bytes = Buffer.from(Array.from({ length: random(200) }, () => random(256)));
      const splitter = createUtf8Splitter();
      let given = 0;
      const pieces: Buffer[] = [];
      while (given < bytes.length) {
        const chunk = bytes.subarray(given, given + 1 + random(9));
        given += chunk.length;
        pieces.push(splitter.push(chunk));
        const held = given - pieces.reduce((sum, piece) => sum + piece.length, 0);
        assert(held <= 3, `seed ${seed}: ${held} bytes held back`);
      }
      pieces.push(splitter.end());
      assert.deepEqual(Buffer.concat(pieces), bytes, `seed ${seed}`);
    }
  });

  it("gives complete text on at once", () => {
    const splitter = createUtf8Splitter();
    assert.equal(splitter.push(Buffer.from("plain 漢")).toString(), "plain 漢");
    assert.equal(splitter.end().length, 0);
  });
});
