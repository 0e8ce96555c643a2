import assert from "node:assert/strict";
import { ensureLabPrograms, type Lab, type LabOptions, labObstacle, openLab } from "./lab.ts";
import { type LabCounts, type LabLoad, type LabLoadOptions, startLabLoad } from "./labLoad.ts";
import type { LabNode } from "./labNode.ts";

/** A lab for the tests of one block, and what they do with it. */
export interface LabScene {
  readonly lab: Lab;
  /** Clients that end with the test. */
  load(balancer: LabNode, options?: LabLoadOptions): Promise<LabLoad>;
}

const openMs = 300_000;

/** The lab of all blocks that harm it in no way that lasts; it takes seconds to make one. */
let shared: Promise<Lab> | undefined;

/**
 * Tests in a lab; skipped, with the reason in their title, where there can be none.
 * @param own They get one of their own; default: one that all share, in which nothing may stay broken.
 */
export function describeLab(
  title: string,
  { own = false, ...options }: LabOptions & { own?: boolean },
  body: (scene: LabScene) => void,
): void {
  const obstacle = labObstacle();
  if (obstacle !== null) {
    describe.skip(`${title} (${obstacle})`, () => body({ lab: undefined as never, load: undefined as never }));
    return;
  }
  describe(title, () => {
    let lab: Lab | undefined;
    const loads: LabLoad[] = [];
    before(async function () {
      this.timeout(openMs);
      await ensureLabPrograms();
      if (own) {
        lab = await openLab(options);
      } else {
        shared ??= openLab();
        lab = await shared;
      }
    });
    afterEach(async () => {
      await Promise.all(loads.splice(0).map((load) => load.stop().catch(() => undefined)));
    });
    after(() => (own ? lab?.close() : undefined));
    const opened = (): Lab => {
      assert.ok(lab, "the lab is open");
      return lab;
    };
    body({
      get lab() {
        return opened();
      },
      async load(balancer, loadOptions) {
        const load = await startLabLoad(opened(), balancer, loadOptions);
        loads.push(load);
        return load;
      },
    });
  });
}

// Of the root suite, wherever this file is imported first.
after(async () => {
  const lab = await shared?.catch(() => undefined);
  await lab?.close();
});

/** Nobody has noticed anything. */
export function assertUnnoticed({ requests, failed, reopened, failures }: LabCounts, least: number): void {
  assert.ok(requests >= least, `only ${requests} requests were asked`);
  assert.deepEqual({ failed, reopened, failures }, { failed: 0, reopened: 0, failures: [] });
}
