import assert from "node:assert/strict";
import {
  type LayersReport,
  reportJson,
  reportMarkdown,
  withoutHome,
} from "../../../src/extension/panel/layersReport.ts";
import { panelHtml } from "../../../src/extension/panel/panelHtml.ts";
import { panelMessageSchema } from "../../../src/shared/layers/panelMessages.ts";
import { parseMessage } from "../../../src/shared/parseMessage.ts";
import { sampleFacts, samplePulse, sampleSample } from "../webview/fixtures.ts";

const report: LayersReport = {
  app: "shop",
  version: "0.1.0",
  facts: sampleFacts(),
  pulse: samplePulse(),
  sample: sampleSample(),
  home: "/home/ann",
};

describe("the report of the layers panel", () => {
  it("names no person's home folder", () => {
    for (const text of [reportJson(report), reportMarkdown(report)]) {
      assert.ok(!text.includes("/home/ann"), text);
      assert.ok(text.includes("~/work/shop/server.js"));
    }
    assert.equal(withoutHome("/home/anna/x /home/ann/y /home/ann", "/home/ann"), "/home/anna/x ~/y ~");
    assert.equal(withoutHome("C:\\Users\\Ann\\app.js", "C:\\Users\\Ann"), "~\\app.js");
    assert.equal(withoutHome("/srv/app", "/"), "/srv/app");
  });

  it("says of environment variables their names", () => {
    assert.match(reportMarkdown(report), /Environment \(names only\): `HOME`, `LANG`, `NODE_ENV`/);
  });

  it("can be read again as JSON, with all that is known", () => {
    const { hitless, facts, pulse, sample } = JSON.parse(reportJson(report));
    assert.equal(hitless, "0.1.0");
    assert.equal(facts.api.version, "v24.21.0");
    assert.equal(pulse.v8.heapUsed, samplePulse().v8.heapUsed);
    assert.equal(sample.parts.length, sampleSample().parts.length);
  });

  it("lists where the time went, most first", () => {
    const text = reportMarkdown(report);
    assert.match(text, /\| `code` \| {2}\| 25\.0 % \| 1250\.0 ms \|/);
    assert.match(text, /\| `binding:zlib` \| zlib \| 12\.0 % \| 600\.0 ms \|/);
    assert.ok(text.indexOf("roundPrices") < text.indexOf("processChunkSync"));
  });

  it("begins the sample with the functions of the app that it went for", () => {
    const at = { file: "/home/ann/work/shop/src/password.js", line: 12 };
    const calls = [{ name: "pbkdf2Sync", line: 14, ms: 950, part: "binding:crypto" }];
    const times = { selfMs: 4, causedMs: 1_000, totalMs: 1_000 };
    const own = [
      { name: "hash", at, line: 14, calls, ...times },
      { name: "burn", at, calls: [], ...times },
    ];
    const text = reportMarkdown({ ...report, sample: sampleSample({ own }) });
    assert.match(
      text,
      /\n\| `hash ~\/work\/shop\/src\/password\.js:14` \| `pbkdf2Sync binding:crypto` \| 1000\.0 ms \| 20\.0 % \|\n/,
    );
    assert.match(text, /\n\| `burn ~\/work\/shop\/src\/password\.js:12` \| its own code \| 1000\.0 ms \| 20\.0 % \|\n/);
    assert.ok(text.indexOf("| Own function |") < text.indexOf("| Part |"));
  });

  it("can be made without a pulse and a sample", () => {
    const { pulse, sample, ...rest } = report;
    assert.match(reportMarkdown(rest), /## Operating system/);
    assert.doesNotMatch(reportMarkdown(rest), /## CPU time/);
  });

  it("takes names for text, whatever is in them", () => {
    const parts = [
      {
        ...sampleSample().parts[0],
        id: "package:a|b`\n# c",
        kind: "package" as const,
        selfMs: 1,
        share: 1,
        functions: [],
      },
    ];
    const text = reportMarkdown({ ...report, sample: sampleSample({ parts }) });
    assert.ok(text.includes("| `package:a\\|b  # c` |"), text);
  });

  it("escapes a bar in tables, and leaves it elsewhere", () => {
    const facts = sampleFacts();
    const warnings = [{ name: "Warning", message: "either|or", count: 1 }];
    const text = reportMarkdown({ ...report, facts: { ...facts, api: { ...facts.api, warnings } } });
    assert.ok(text.includes("- Warning: `Warning: either|or`, 1 ×\n"), text);
  });

  it("says all that the panel shows", () => {
    const sessions = { full: 3, resumed: 9, protocols: [{ name: "TLSv1.3", count: 12 }] };
    const text = reportMarkdown({ ...report, pulse: samplePulse({ openssl: { tlsSockets: 7, sessions } }) });
    const lines = [
      "- Version: `v24.21.0 “Krypton”`",
      "- Release: Active LTS",
      "- End of life: 2028-04-30",
      "- Requests: 1284 per second",
      "- Warning: `DeprecationWarning DEP0005: Buffer() is deprecated due to security and usability issues.`, 4 ×, `~/work/shop/src/prices/rounding.js:12:3`",
      "- Addon: `bcrypt 6.0.0`, Node-API 8, no rebuild for another Node.js, `~/work/shop/node_modules/bcrypt/build/Release/bcrypt_lib.node`",
      "- Thread pool: 4 threads (UV_THREADPOOL_SIZE)",
      "- OpenSSL FIPS: off",
      "- TLS ciphers: 60",
      "- DNS servers (c-ares): `127.0.0.53`",
      "- V8 heap: 21.8 MiB of 35.0 MiB, at most 4144.0 MiB, external 3.0 MiB",
      "- Heap spaces: old 14.4 MiB of 18.0 MiB, new 4.0 MiB of 16.0 MiB, code 1.0 MiB of 1.5 MiB, large object 0.3 MiB of 0.3 MiB",
      "- Collections: 3 minor (4.2 ms)",
      "- Event loop: 37.4 % busy, delay p50 10.3 ms, p99 14.7 ms, 1202 turns",
      "- TLS connections: 7 to its servers",
      "- TLS sessions seen: 3 new, 9 resumed, 12 TLSv1.3",
      "- CPU: `8 × AMD EPYC 7B13`",
      "- CPUs it may use: 2",
      "- CPU limit: 2",
      "- CPU time: 35.2 % user, 4.1 % system",
      "- Context switches: 812 voluntary, 31 involuntary",
      "- Memory (RSS): 90.0 MiB",
      "- Memory: 16010.2 MiB",
      "- Memory limit: 2048.0 MiB",
      "- Page faults: 240 minor, 0 major",
      "- Open files: 74",
      "- Open file limit: 1048576",
      "- File access: 0 reads, 8 writes",
    ];
    const written = new Set(text.split("\n"));
    assert.deepEqual(
      lines.filter((line) => !written.has(line)),
      [],
      text,
    );
  });

  it("does not tell how busy the event loop was where a sample disturbed it", () => {
    const { utilisation: _, ...uv } = samplePulse().uv;
    const text = reportMarkdown({ ...report, pulse: samplePulse({ uv }) });
    assert.match(text, /^- Event loop: not measured during a sample, delay p50 10\.3 ms/m);
  });
});

describe("the page of the layers panel", () => {
  const html = panelHtml({
    title: 'Layers "<b>',
    language: "en",
    cspSource: "https://cdn.example",
    script: "https://cdn.example/layers.js",
    style: "https://cdn.example/layers.css",
    nonce: "abc",
  });

  it("may load its own script and style, and nothing else", () => {
    const [, policy = ""] = /content="([^"]*default-src[^"]*)"/.exec(html) ?? [];
    assert.equal(
      policy.replaceAll("&#39;", "'"),
      "default-src 'none'; style-src https://cdn.example; script-src 'nonce-abc'",
    );
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.match(html, /<script nonce="abc" src="https:\/\/cdn\.example\/layers\.js"><\/script>/);
  });

  it("takes texts for text", () => {
    assert.ok(html.includes("Layers &quot;&lt;b&gt;"));
  });
});

describe("what the page says to its host", () => {
  it("is refused by the name of the field that is wrong", () => {
    const refused: readonly (readonly [unknown, RegExp])[] = [
      [{ type: "open", at: { file: 7 } }, /at\.file/],
      [{ type: "sample", seconds: 1e9 }, /seconds/],
      [{ type: "choose", worker: -1 }, /worker/],
      [{ type: "exec" }, /type/],
      ["ready", /message/],
    ];
    for (const [message, reason] of refused) {
      assert.throws(() => parseMessage(panelMessageSchema, "panel message", message), reason);
    }
    assert.deepEqual(parseMessage(panelMessageSchema, "panel message", { type: "open", at: { file: "/a.js" } }), {
      type: "open",
      at: { file: "/a.js" },
    });
  });
});
