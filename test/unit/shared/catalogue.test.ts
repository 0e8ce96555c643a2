import assert from "node:assert/strict";
import { pathTexts } from "../../../src/shared/layers/catalogue/pathTexts.ts";
import {
  catalogue,
  findEntry,
  modulesInCatalogue,
  type PathStep,
  pathThroughLayers,
  searchEntries,
} from "../../../src/shared/layers/catalogue.ts";
import { type CatalogueEntry, qualifiedName } from "../../../src/shared/layers/entry.ts";
import { layers } from "../../../src/shared/layers/layer.ts";
import type { Translate } from "../../../src/shared/translate.ts";

function entryOf(module: string, name: string): CatalogueEntry {
  const entry = findEntry(module, name);
  assert.ok(entry, `${module} ${name} has no entry`);
  return entry;
}

describe("findEntry", () => {
  it("takes every usual way of writing a function", () => {
    const ways: readonly (readonly [expected: string, ...ways: (readonly [module: string, name: string])[]])[] = [
      [
        "fs/promises readFile",
        ["fs", "promises.readFile"],
        ["node:fs", "promises.readFile"],
        ["fs/promises", "readFile"],
        ["node:fs/promises", "readFile"],
      ],
      ["globals fetch", ["globals", "fetch"], ["globalThis", "fetch"], ["globals", "globalThis.fetch"]],
      ["perf_hooks performance.now", ["globals", "performance.now"], ["performance", "now"]],
      ["crypto subtle.digest", ["crypto", "webcrypto.subtle.digest"], ["globals", "crypto.subtle.digest"]],
      ["process hrtime.bigint", ["process", "hrtime.bigint"], ["globals", "process.hrtime.bigint"]],
      ["buffer Buffer.from", ["Buffer", "from"], ["globals", "Buffer.from"]],
      ["url URL", ["globals", "URL"], ["url", "URL"]],
      ["globals TextDecoder", ["util", "TextDecoder"], ["globals", "TextDecoder"]],
      ["timers/promises scheduler.wait", ["timers", "promises.scheduler.wait"]],
      ["timers setTimeout", ["timers", "setTimeout"]],
      ["globals setTimeout", ["globals", "setTimeout"]],
      ["net Server.prototype.listen", ["node:net", "Server.prototype.listen"]],
    ];
    for (const [expected, ...written] of ways) {
      for (const [module, name] of written) {
        const entry = entryOf(module, name);
        assert.equal(`${entry.module} ${entry.name}`, expected, `${module} ${name}`);
      }
    }
  });

  it("finds nothing where nothing is", () => {
    for (const [module, name] of [
      ["fs", "readfile"],
      ["fs", "promises"],
      ["path", "join"],
      ["express", "readFile"],
      ["", ""],
      ["globals", "toString"],
      ["constructor", "name"],
    ] as const) {
      assert.equal(findEntry(module, name), undefined, `${module} ${name}`);
    }
  });
});

describe("searchEntries", () => {
  const found = (query: string, limit = 5) => searchEntries(query, limit).map(qualifiedName);

  it("has the same name first, then beginnings, then the rest, whatever the case", () => {
    assert.deepEqual(found("FS.READFILE", 2), ["fs.readFile", "fs.readFileSync"]);
    assert.deepEqual(found("fetch"), ["fetch"]);
    assert.equal(found("gzip")[0], "zlib.gzip");
    assert.equal(found("pbkdf2()")[0], "crypto.pbkdf2");
    assert.deepEqual(found("listen").slice(0, 1), ["net.Server.prototype.listen"]);
    assert.ok(found("promises.readfile").includes("fs.promises.readFile"));
  });

  it("keeps to the limit, and finds nothing for what nobody has", () => {
    assert.equal(found("sync", 7).length, 7);
    assert.deepEqual(found("e", 0), []);
    assert.equal(found("", 3).length, 3);
    assert.deepEqual(found("no such function"), []);
    assert.deepEqual(found("("), found(""));
  });
});

describe("pathThroughLayers", () => {
  /** Title of each step, by layer. */
  const titles = (steps: readonly PathStep[]) => steps.map(({ layer, title }) => `${layer}: ${title}`);

  const stories: readonly (readonly [module: string, name: string, path: readonly string[], how: RegExp])[] = [
    [
      "fs",
      "readFile",
      ["code: fs.readFile", "api: node:fs", "bindings: fs", "dependencies: libuv", "os: openat · statx · read · close"],
      /thread of the pool/,
    ],
    [
      "crypto",
      "pbkdf2",
      ["code: crypto.pbkdf2", "api: node:crypto", "bindings: crypto", "dependencies: OpenSSL · libuv"],
      /OpenSSL does the work on a thread of the pool/,
    ],
    [
      "dns",
      "lookup",
      [
        "code: dns.lookup",
        "api: node:dns",
        "bindings: cares_wrap",
        "dependencies: libuv",
        "os: openat · read · close · socket · connect",
      ],
      /thread of the pool/,
    ],
    [
      "dns",
      "resolve4",
      [
        "code: dns.resolve4",
        "api: node:dns",
        "bindings: cares_wrap",
        "dependencies: c-ares · libuv",
        "os: socket · connect · sendto · epoll_pwait · recvfrom",
      ],
      /event loop waits/,
    ],
    [
      "globals",
      "fetch",
      [
        "code: fetch",
        "api: fetch",
        "bindings: tcp_wrap",
        "dependencies: undici · libuv",
        "os: socket · connect · write · epoll_pwait · read",
      ],
      /event loop waits/,
    ],
    [
      "globals",
      "setTimeout",
      ["code: setTimeout", "api: setTimeout", "bindings: timers", "dependencies: libuv", "os: epoll_pwait"],
      /sleeps until the time has come/,
    ],
    [
      "zlib",
      "gzip",
      ["code: zlib.gzip", "api: node:zlib", "bindings: zlib", "dependencies: zlib · libuv"],
      /zlib does the work on a thread of the pool/,
    ],
    [
      "net",
      "connect",
      [
        "code: net.connect",
        "api: node:net",
        "bindings: tcp_wrap",
        "dependencies: libuv",
        "os: socket · connect · epoll_pwait",
      ],
      /event loop waits/,
    ],
    [
      "v8",
      "serialize",
      ["code: v8.serialize", "api: node:v8", "bindings: serdes", "dependencies: V8"],
      /on the thread that calls/,
    ],
    [
      "process",
      "getuid",
      ["code: process.getuid", "api: node:process", "bindings: credentials", "os: getuid"],
      /getuid/,
    ],
  ];

  for (const [module, name, path, how] of stories) {
    it(`tells of ${module} ${name} what the classic picture does`, () => {
      const steps = pathThroughLayers(entryOf(module, name));
      assert.deepEqual(titles(steps), path);
      assert.match(steps.map(({ title, detail }) => `${title} ${detail}`).join("\n"), how);
    });
  }

  it("says how your code goes on: at once, later, or either", () => {
    const detail = (module: string, name: string) => pathThroughLayers(entryOf(module, name))[0]?.detail;
    assert.equal(detail("fs", "statSync"), pathTexts.code.synchronous);
    assert.equal(detail("fs", "stat"), pathTexts.code.threadPool);
    assert.equal(detail("crypto", "sign"), pathTexts.callbackOptional);
  });

  it("says what waits, what a thread that runs already does, and what goes to the pool first", () => {
    const story = (module: string, name: string) =>
      pathThroughLayers(entryOf(module, name))
        .map(({ detail }) => detail)
        .join(" ");
    for (const name of ["execSync", "execFileSync", "spawnSync"]) {
      assert.match(story("child_process", name), /waits until the process .* nothing else runs on this thread/);
      assert.match(story("child_process", name), /libuv starts a process and waits for its end/);
    }
    assert.match(story("child_process", "spawn"), /starts a process and watches it/);
    for (const name of ["terminate", "cpuUsage", "getHeapStatistics", "getHeapSnapshot"]) {
      const told = story("worker_threads", `Worker.prototype.${name}`);
      assert.match(told, /on the other thread/);
      assert.doesNotMatch(told, /starts a thread/);
    }
    assert.doesNotMatch(story("inspector", "close"), /starts a thread/);
    for (const [module, name] of [
      ["globals", "fetch"],
      ["http", "request"],
      ["https", "get"],
      ["net", "connect"],
      ["tls", "connect"],
    ] as const) {
      assert.match(story(module, name), /name of a host is looked up first, on a thread of the pool/);
    }
    for (const name of ["arrayBuffer", "bytes", "text"]) {
      assert.doesNotMatch(story("buffer", `Blob.prototype.${name}`), /waits/);
      assert.match(story("buffer", `Blob.prototype.${name}`), /What a file holds is read on a thread of the pool/);
    }
    assert.match(story("crypto", "diffieHellman"), /without one it waits/);
    assert.match(
      story("globals", "console.log"),
      /waits until the work is done; .* a full pipe does not take is written later/,
    );
  });

  it("tells of each form of a call that goes another way, with its calls on the system asked for", () => {
    const told = (module: string, name: string, system: "linux" | "windows" = "linux") =>
      pathThroughLayers(entryOf(module, name), { system })[0]?.detail ?? "";
    for (const [module, name, expected] of [
      ["fs", "read", "Without a position it reads on from where the file stands. (read)"],
      ["fs", "readvSync", "Without a position it reads on from where the file stands. (readv)"],
      ["fs/promises", "FileHandle.prototype.write", "With a position it writes there. (pwrite64)"],
      ["fs", "writeFileSync", "With the option flush it waits until the disk has it. (openat · write · fsync · close)"],
      ["dns", "lookup", "An address is not looked up: the result comes before the event loop continues."],
      ["sqlite", "DatabaseSync", "A database in memory needs no system call."],
      ["http", "ServerResponse.prototype.end", "Before Node.js 24: Head and body are sent together. (writev)"],
      ["globals", "CompressionStream", "Since Node.js 24: With “brotli” Brotli does the work."],
      ["util", "setTraceSigInt", "With true it starts a thread that waits for the signal. (clone3)"],
    ] as const) {
      assert.ok(
        told(module, name).endsWith(expected) || told(module, name).includes(`${expected} `),
        told(module, name),
      );
    }
    assert.match(told("net", "connect", "windows"), /a named pipe, .*pipe_wrap\. \(CreateFileW · /);
    assert.equal(told("fs", "stat"), pathTexts.code.threadPool);
  });

  it("has each form once, and only where it goes another way than the entry", () => {
    const pathOf = ({
      mechanism,
      calls,
      binding,
      dependency,
    }: Pick<CatalogueEntry, "mechanism" | "calls" | "dependency"> & { binding: string | null }) =>
      JSON.stringify([mechanism, calls.linux, binding, dependency]);
    for (const entry of catalogue) {
      const forms = entry.forms ?? [];
      assert.equal(new Set(forms.map(({ form }) => form)).size, forms.length, qualifiedName(entry));
      const same = forms.filter(
        ({ binding = entry.binding, dependency = entry.dependency, ...form }) =>
          pathOf({ ...form, binding, dependency }) === pathOf(entry),
      );
      assert.deepEqual(same, [], qualifiedName(entry));
    }
    const used = new Set(catalogue.flatMap(({ forms = [] }) => forms.map(({ form }) => form)));
    assert.deepEqual([...used].sort(), Object.keys(pathTexts.forms).sort());
  });

  it("names the calls of the system asked for", () => {
    const last = (system: "linux" | "macos" | "windows") => pathThroughLayers(entryOf("fs", "open"), { system }).at(-1);
    assert.deepEqual(last("linux"), { layer: "os", title: "openat", detail: "System calls on Linux" });
    assert.deepEqual(last("macos"), { layer: "os", title: "open", detail: "System calls on macOS" });
    assert.deepEqual(last("windows"), { layer: "os", title: "CreateFileW", detail: "System calls on Windows" });
  });

  it("names what libuv 1.52 calls on macOS and Windows", () => {
    const calls = (module: string, name: string, system: "macos" | "windows") =>
      entryOf(module, name).calls[system].join(" ");
    for (const [module, name, expected] of [
      ["fs", "opendir", "GetFileAttributesW FindFirstFileW"],
      ["fs", "Dir.prototype.read", "FindNextFileW"],
      ["fs", "Dir.prototype.close", "FindClose"],
      ["fs", "chmod", "_wchmod"],
      ["fs", "statfs", "CreateFileW NtQueryVolumeInformationFile CloseHandle"],
      ["fs", "copyFile", "CopyFileW"],
      ["net", "Socket.prototype.end", "WSASend shutdown"],
      ["dgram", "Socket.prototype.disconnect", "connect"],
      ["process", "constrainedMemory", ""],
    ] as const) {
      assert.equal(calls(module, name, "windows"), expected, name);
    }
    for (const [module, name, expected] of [
      ["process", "availableMemory", "host_statistics"],
      ["process", "constrainedMemory", "getrlimit"],
      ["os", "totalmem", "sysctl"],
      ["os", "freemem", "host_statistics"],
      ["fs", "watch", "open fstat64 close FSEventStreamCreate FSEventStreamStart"],
    ] as const) {
      assert.equal(calls(module, name, "macos"), expected, name);
    }
  });

  it("goes top to bottom, once through each layer, for every entry and system; all it says can be translated", () => {
    const keys = new Set<string>(
      Object.values(pathTexts).flatMap((text) => (typeof text === "string" ? text : Object.values(text))),
    );
    const translate: Translate = (message, ...args) => {
      assert.ok(keys.has(message), message);
      const places = ["{0}", "{1}"].filter((place) => message.includes(place));
      assert.equal(args.length >= places.length, true, message);
      return `«${message}»`;
    };
    for (const entry of catalogue) {
      for (const system of ["linux", "macos", "windows"] as const) {
        const steps = pathThroughLayers(entry, { system, translate });
        const order = steps.map(({ layer }) => layers.indexOf(layer));
        assert.deepEqual(order, [...new Set(order)].sort(), qualifiedName(entry));
        assert.ok(
          steps.every(({ title, detail }) => title !== "" && detail !== ""),
          qualifiedName(entry),
        );
        assert.equal(steps.at(-1)?.layer === "os", entry.calls[system].length > 0, qualifiedName(entry));
      }
    }
  });
});

describe("modulesInCatalogue", () => {
  it("names each module once", () => {
    const modules = modulesInCatalogue();
    assert.deepEqual(modules, [...new Set(modules)]);
    for (const module of ["fs", "fs/promises", "net", "http2", "worker_threads", "globals"]) {
      assert.ok(modules.includes(module), module);
    }
  });
});
