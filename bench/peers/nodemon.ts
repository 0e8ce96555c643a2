import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { askFixture } from "../../test/support/process/strictClient.ts";
import { poll } from "../../test/support/process/until.ts";
import type { Peer } from "./peer.ts";
import { nodemonVersion, nodemonWatcher } from "./watchers.ts";

/** One process, which nodemon ends and starts again when the server's file is saved. */
export const nodemonPeer: Peer = {
  name: "nodemon",
  runsApp: true,
  async prepare() {
    await nodemonWatcher.prepare();
    return { version: nodemonVersion };
  },
  async start({ folder, port, node }) {
    const stop = await nodemonWatcher.start({ folder, port, node });
    await poll("the app answers", () => askFixture({ port }).then(Boolean, () => false));
    return {
      target: { port },
      supervisors: [],
      async reload() {
        const build = readFileSync(join(folder, "version.txt"), "utf8");
        const file = join(folder, "server.cjs");
        writeFileSync(file, readFileSync(file));
        // nodemon does not say when the app serves again.
        await poll(`build ${build} answers`, () =>
          askFixture({ port }).then(
            ({ version }) => version === build,
            () => false,
          ),
        );
        return {};
      },
      stop,
    };
  },
};
