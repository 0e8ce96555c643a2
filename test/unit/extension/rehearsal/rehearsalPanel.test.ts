import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { englishWords } from "../../../../src/client/rehearsal/documents/rehearsalWords.ts";
import { comparedKind, rehearsalHtml } from "../../../../src/extension/commands/rehearsal/rehearsalHtml.ts";
import { readRequests, rehearsalArguments } from "../../../../src/extension/commands/rehearsal/rehearsalWish.ts";
import { commandIds } from "../../../../src/extension/ids.ts";
import { engineSentence } from "../../../../src/extension/platform/engineSentence.ts";
import { projectRoot } from "../../../support/paths.ts";
import { calm, sampleRehearsal } from "../../client/rehearsal/sampleRehearsal.ts";

const chinese: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(projectRoot, "l10n", "bundle.l10n.zh-cn.json"), "utf8"),
);

function translated(text: string, ...args: (string | number)[]): string {
  const translation = chinese[text];
  assert.ok(translation !== undefined, text);
  return translation.replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)]));
}

/** Of texts in a page, without what is in its style sheet. */
function textOf(html: string): string {
  return html.replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>/g, " ");
}

const app = "/srv/api\napi";

/** The arguments of each command that the page's links run. */
function linksOf(html: string): unknown[] {
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href = ""]) => href);
  return links.map((link) => {
    const [command, query = ""] = link.split("?");
    assert.equal(command, `command:${commandIds.rehearse}`);
    return JSON.parse(decodeURIComponent(query));
  });
}

describe("what is typed for a rehearsal", () => {
  it("is paths, perhaps a method before them, and a length", () => {
    assert.deepEqual(readRequests("/"), { method: "GET", paths: ["/"], seconds: 12 });
    assert.deepEqual(readRequests(" /a  /b?c=1 30s"), { method: "GET", paths: ["/a", "/b?c=1"], seconds: 30 });
    assert.deepEqual(readRequests("post /orders"), { method: "POST", paths: ["/orders"], seconds: 12 });
    assert.deepEqual(readRequests("5s"), { method: "GET", paths: ["/"], seconds: 5 });
    assert.throws(() => readRequests("/a b"), /path must begin with \/.*"b"/);
    assert.throws(() => readRequests("products"), /path must begin with \/.*"products"/);
    assert.throws(() => readRequests("/ 1s"), /seconds must be a number from 3 to 120, not 1/);
  });

  it("becomes arguments of the command line, each by itself", () => {
    const wish = { kind: "reload" as const, compare: "restart" as const, requests: "/a /--yes 4s" };
    assert.deepEqual(
      rehearsalArguments(42, wish).join(" "),
      "rehearse 42 --json --yes --kind reload --compare restart --path /a --path /--yes --method GET --seconds 4",
    );
    assert.match(rehearsalArguments(42, { kind: "brokenBuild", requests: "/" }).join(" "), /--yes --break --path \//);
  });
});

describe("the panel of a rehearsal", () => {
  const place = { where: "server.js:40", message: "Ends <all>", rule: "signal-without-exit" };

  it("has links that run our command only, and no script", () => {
    const html = rehearsalHtml({ app, results: [sampleRehearsal()], places: [place], words: englishWords });
    assert.deepEqual(linksOf(html), [
      [{ app }, "again"],
      [{ app }, "compare"],
      [{ app }, "save"],
      [{ app }, "copy"],
      [{ app }, "open", 0],
    ]);
    assert.match(html, /default-src 'none'; style-src 'unsafe-inline'"/);
    assert.doesNotMatch(html, /<script|<all>/);
    assert.match(textOf(html), /server\.js:40\s+Ends &lt;all&gt;\s+signal-without-exit/);
  });

  it("offers to compare what has not been compared", () => {
    const of = (...kinds: ("reload" | "restart")[]) => comparedKind(kinds.map((kind) => sampleRehearsal({ kind })));
    assert.deepEqual([of("reload"), of("restart"), of("reload", "restart")], ["restart", "reload", undefined]);
  });

  it("is in the editor's language, its findings too", () => {
    const failed = { ...calm, failed: 2 };
    const words = {
      language: "zh-cn",
      t: translated,
      sentence: (text: string) => engineSentence(text, translated),
    };
    const results = [
      sampleRehearsal({
        failed: 2,
        reopened: 1,
        during: failed,
        failureReasons: [{ why: "ECONNRESET", times: 2 }],
        reopeningReasons: [{ why: "ECONNRESET", times: 1 }],
        failures: [{ at: 1, what: "GET /", why: "ECONNRESET" }],
        reopenings: [{ at: 1, what: "closed", why: "ECONNRESET" }],
      }),
      sampleRehearsal({ kind: "restart" }),
    ];
    const text = textOf(rehearsalHtml({ app, results, places: [], words }));
    const english = text.match(/\b[a-z]{4,}\b/gi) ?? [];
    // Names of settings, functions and fields, and what a system calls its errors.
    const names = ["ECONNRESET", "closed", "http", "Node", "exit", "closeAllConnections", "destroy", "process"];
    const own = ["docs", "reload", "Markdown", "HTML", "drainTimeout"];
    assert.deepEqual([...new Set(english.filter((word) => ![...names, ...own].includes(word)))], []);
  });
});
