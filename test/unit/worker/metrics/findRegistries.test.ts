import assert from "node:assert/strict";
import { Counter, Registry, register } from "prom-client";
import { findRegistries } from "../../../../src/worker/metrics/findRegistries.ts";
import { createMetricsReader } from "../../../../src/worker/metrics/readMetrics.ts";

const promClient = { "/app/node_modules/prom-client/index.js": { exports: { register, Registry, Counter } } };
const named = Symbol.for("hitless.metrics");

describe("findRegistries", () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, named);
  });

  it("finds nothing where prom-client is not loaded, whatever looks like it", () => {
    const own = new Registry();
    assert.deepEqual(findRegistries({ "/app/server.js": { exports: { own } } }), []);
    assert.deepEqual(findRegistries({ "/app/node_modules/prom-client/index.js": undefined }), []);
  });

  it("finds the default registry, on Windows too, and each once", () => {
    assert.deepEqual(findRegistries(promClient), [register]);
    assert.deepEqual(findRegistries({ "C:\\app\\node_modules\\prom-client\\index.js": { exports: { register } } }), [
      register,
    ]);
    const copies = {
      ...promClient,
      "/app/node_modules/x/node_modules/prom-client/index.js": { exports: { register } },
    };
    assert.deepEqual(findRegistries(copies), [register]);
  });

  it("finds registries that the app's own modules export, or to which an exported metric belongs", () => {
    const [one, two, three] = [new Registry(), new Registry(), new (class extends Registry {})()];
    const hits = new Counter({ name: "hits", help: "Hits", registers: [two] });
    const found = findRegistries({
      ...promClient,
      "/app/a.js": { exports: one },
      "/app/b.js": { exports: { hits, three } },
      "/app/c.js": { exports: { text: "x", nothing: null, number: 1 } },
      "/app/d.js": { exports: undefined },
    });
    assert.deepEqual(new Set(found), new Set([register, one, two, three]));
  });

  it("runs nothing of the app: no getter, no proxy", () => {
    const exports = Object.defineProperty({}, "registry", { enumerable: true, get: () => assert.fail("called") });
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => assert.fail("asked for keys"),
        getOwnPropertyDescriptor: () => assert.fail("asked for a property"),
        getPrototypeOf: () => assert.fail("asked for the prototype"),
      },
    );
    const cache = {
      ...promClient,
      "/app/a.js": { exports },
      "/app/b.js": { exports: proxy },
      "/app/c.js": { exports: { proxy } },
    };
    assert.deepEqual(findRegistries(cache), [register]);
  });

  it("takes those that the app names, one or several, though prom-client is in a bundle", () => {
    const own = new Registry();
    Reflect.set(globalThis, named, own);
    assert.deepEqual(findRegistries({}), [own]);
    Reflect.set(globalThis, named, [own, register, "no registry"]);
    assert.deepEqual(findRegistries(promClient), [own, register]);
  });
});

describe("readMetrics", () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, named);
  });

  const read = createMetricsReader({ setTimeout, clearTimeout }, {});

  it("tells values of every kind in a form that JSON keeps", async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ zone: 1 });
    new Counter({ name: "hits", help: "Hits", labelNames: ["path"], registers: [registry] }).inc({ path: "/" }, 2);
    Reflect.set(globalThis, named, registry);
    const { metrics, leftOut, cpuSeconds } = await read();
    assert.deepEqual(metrics, [
      {
        name: "hits",
        help: "Hits",
        type: "counter",
        aggregator: "sum",
        values: [{ labels: { path: "/", zone: "1" }, value: 2 }],
      },
    ]);
    assert.equal(leftOut, 0);
    assert.ok(cpuSeconds > 0);
  });

  it("leaves out a registry that throws, rejects or does not come to an end, and tells the others", async () => {
    const good = new Registry();
    new Counter({ name: "hits", help: "Hits", registers: [good] });
    class Throws extends Registry {
      override getMetricsAsJSON(): never {
        throw new Error("no");
      }
    }
    class Rejects extends Registry {
      override getMetricsAsJSON(): Promise<never> {
        return Promise.reject(new Error("no"));
      }
    }
    class Hangs extends Registry {
      override getMetricsAsJSON(): Promise<never> {
        return new Promise(() => undefined);
      }
    }
    Reflect.set(globalThis, named, [new Throws(), new Rejects(), new Hangs(), good]);
    const { metrics, leftOut } = await read();
    assert.deepEqual([metrics.map(({ name }) => name), leftOut], [["hits"], 3]);
  });

  it("tells no more than a bounded number of values, metric by metric", async () => {
    const registry = new Registry();
    const many = new Counter({ name: "many", help: "Many", labelNames: ["id"], registers: [registry] });
    for (let id = 0; id <= 20_000; id += 1) {
      many.inc({ id: String(id) });
    }
    new Counter({ name: "hits", help: "Hits", registers: [registry] });
    Reflect.set(globalThis, named, registry);
    const { metrics, leftOut } = await read();
    assert.deepEqual([metrics.map(({ name }) => name), leftOut], [["hits"], 1]);
  });
});
