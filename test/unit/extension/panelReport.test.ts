import assert from "node:assert/strict";
import {
  type LayersReport,
  reportJson,
  reportMarkdown,
  withoutHome,
} from "../../../src/extension/panel/layersReport.ts";
import { panelHtml } from "../../../src/extension/panel/panelHtml.ts";
import { panelMessageSchema, parsePanelMessage } from "../../../src/shared/layers/panelMessages.ts";
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
    assert.match(text, /\| `code` \| 25\.0 % \| 1250\.0 ms \|/);
    assert.ok(text.indexOf("roundPrices") < text.indexOf("processChunkSync"));
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
    assert.ok(html.includes("Layers &#34;&#60;b&#62;"));
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
      assert.throws(() => parsePanelMessage(panelMessageSchema, message), reason);
    }
    assert.deepEqual(parsePanelMessage(panelMessageSchema, { type: "open", at: { file: "/a.js" } }), {
      type: "open",
      at: { file: "/a.js" },
    });
  });
});
