import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  keepRehearsal,
  keptRehearsals,
  type ShownRehearsal,
} from "../../../../src/extension/commands/rehearsal/keptRehearsals.ts";
import { workspaceStorage } from "../../../../src/extension/platform/storage/keptFile.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

const shown = (app: string): ShownRehearsal => ({
  app,
  name: "api",
  roots: ["/srv/api"],
  wish: { kind: "reload", requests: "/" },
  results: [],
});

describe("rehearsals that are kept for a reload of the window", () => {
  afterEach(removeTempFolders);

  it("are in one folder, whichever of several VS Code has given the window", () => {
    for (const [given, folder] of [
      ["/u/workspaceStorage/-3e2c6f01-1/hitless.hitless", "/u/workspaceStorage/-3e2c6f01/hitless.hitless"],
      ["C:\\u\\workspaceStorage\\0a3e2c6f-2\\hitless.hitless", "C:\\u\\workspaceStorage\\0a3e2c6f\\hitless.hitless"],
      ["/u/workspaceStorage/-3e2c6f01/hitless.hitless", "/u/workspaceStorage/-3e2c6f01/hitless.hitless"],
      ["/home/abcd-1/workspaceStorage/1/hitless", "/home/abcd-1/workspaceStorage/1/hitless"],
    ] as const) {
      assert.equal(workspaceStorage(given), folder);
    }
  });

  it("lose none that is kept at the same time, and are whole in every moment", async () => {
    const folder = join(tempFolder(), "storage");
    const apps = ["a", "b", "c", "b"];
    const keeping = Promise.all(apps.map((app) => keepRehearsal(folder, shown(app))));
    let seen = 0;
    let over = false;
    void keeping.then(() => {
      over = true;
    });
    while (!over) {
      const { length } = await keptRehearsals(folder);
      assert.ok(length >= seen, `${length} after ${seen}`);
      seen = length;
    }
    await keeping;
    assert.deepEqual(
      (await keptRehearsals(folder)).map(({ app }) => app),
      ["b", "c", "a"],
    );
    assert.deepEqual(readdirSync(folder), ["last-rehearsals.json"]);
  });
});
