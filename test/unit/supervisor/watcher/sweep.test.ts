import assert from "node:assert/strict";
import { parseStrays } from "../../../../src/supervisor/watcher/sweep.ts";

describe("parseStrays", () => {
  it("finds workers of the user whose parent is the first process", () => {
    const worker = "/usr/local/bin/node --inspect-port=0 --require /opt/hitless/dist/preload.cjs /srv/api/server.js";
    const output = [
      `  101     1   501 ${worker}`,
      `  102   100   501 ${worker}`,
      `  103     1     0 ${worker}`,
      "  104     1   501 /usr/local/bin/node --require /srv/other/preload.mjs /srv/api/server.js",
      "  105     1   501 vi preload.cjs",
      "",
    ].join("\n");
    assert.deepEqual(parseStrays(output, 501), [101]);
  });
});
