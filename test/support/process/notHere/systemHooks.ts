import { Socket } from "node:net";
import { whyNotHere } from "./notHereTable.ts";
import { patience, wineVersion } from "./wine.ts";

/** Loaded by mocha before the tests of real processes: leaves out what can't hold on Windows, as the table says. */
export const mochaHooks: Mocha.RootHookObject = {
  beforeAll(this: Mocha.Context) {
    const { parent } = this.runnable();
    if (process.platform === "win32" && parent !== undefined) {
      prepare(parent);
    }
    if (wineVersion !== undefined) {
      // `fetch` asks for it before it connects. Wine 8's setsockopt knows no TCP_KEEPALIVE, and the connection fails.
      Socket.prototype.setKeepAlive = function () {
        return this;
      };
    }
  },
};

function prepare(suite: Mocha.Suite): void {
  for (const test of suite.tests) {
    test.timeout(test.timeout() * patience);
    if (whyNotHere(test.fullTitle()) !== undefined) {
      test.pending = true;
    }
  }
  for (const inner of suite.suites) {
    prepare(inner);
  }
  if (!suite.root && !hasRunnable(suite)) {
    // Mocha calls the hooks of a suite all the same, which set up what can't be here.
    for (const hooks of ["_beforeAll", "_afterAll"]) {
      Reflect.set(suite, hooks, []);
    }
  }
}

function hasRunnable({ tests, suites }: Mocha.Suite): boolean {
  return tests.some(({ pending }) => !pending) || suites.some(hasRunnable);
}
