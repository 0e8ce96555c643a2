import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@babel/parser";
import type { Node } from "@babel/types";
import { engineSentence } from "../../../src/extension/platform/engineSentence.ts";
import { engineSentences } from "../../../src/extension/platform/engineSentences.ts";
import { projectRoot } from "../../support/paths.ts";

const chinese: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(projectRoot, "l10n/bundle.l10n.zh-cn.json"), "utf8"),
);

const fill = (text: string, values: readonly (string | number)[]) =>
  text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
const inChinese = (text: string) => engineSentence(text, (key, ...values) => fill(chinese[key] ?? key, values));
const inEnglish = (text: string) => engineSentence(text, (key, ...values) => fill(key, values));

/** Where the code is whose sentences come to the editor from elsewhere. */
const folders = ["src/client", "src/supervisor", "src/shared"];

/** Sentences that are put together of parts, as they come to be. */
const composed: Readonly<Record<string, readonly string[]>> = {
  "The runtime folder {} {}. {}": [
    "The runtime folder /run/x belongs to user app; for what is in it run: sudo -u app hitless list. Set HITLESS_RUNTIME_DIR to a folder of your own (mode 0700) if that can't be mended.",
  ],
  "Set HITLESS_RUNTIME_DIR to a folder of your own (mode 0700) if that can't be mended.": [
    "The runtime folder /run/x is not a folder. Set HITLESS_RUNTIME_DIR to a folder of your own (mode 0700) if that can't be mended.",
  ],
  "{} {} not ready within {} ms.": [
    "The one worker was not ready within 5 ms.",
    "Some of the 4 workers were not ready within 5 ms.",
  ],
  "{} is {}. {}.": [
    'The Node.js on the PATH, /bin/node, is v18.0.0. Hitless needs Node.js 20 or newer; name one (setting "node", flag --node).',
  ],
  "{} {}.": ["The Node.js that was chosen, /bin/x, does not exist."],
  "{} within {} ms (readyTimeout).{}": [
    "The app did not call process.send('ready') within 5 ms (readyTimeout).",
    "The app did not listen on any port within 5 ms (readyTimeout). If it is no server, set server to false.",
  ],
  "The process of the worker did not begin to run the app {}.": [
    "The process of the worker did not begin to run the app within 5 ms (readyTimeout).",
  ],
  "The app closed its server and did not listen on any port again {}.": [
    "The app closed its server and did not listen on any port again within 5 ms (readyTimeout).",
  ],
  "{} {}{}.": [
    "The app listens, but nobody could connect within 5 ms (readyTimeout): connect ECONNREFUSED.",
    "http://x/ did not answer 2xx or 3xx within 5 ms (readyTimeout); last answer: status 500.",
  ],
  " If it is no server, set server to false.": [],
  " {} of {} slots were renewed before; they stay so.": ["Boom. 1 of 3 slots were renewed before; they stay so."],
  "The worker was ended by {}{}.": [
    "The worker was ended by SIGSEGV.",
    "The worker was ended by SIGKILL (somebody killed it, or the system ran out of memory).",
  ],
  "The worker exited with code {}{}.": [
    "The worker exited with code 1.",
    "The worker exited with code 1 before it was ready.",
    'The worker exited with code 0 before it was ready. It wrote last: "already running".',
  ],
  ' It wrote last: "{}".': [],
  'Cannot find {}. Run "npm install" (or add it to package.json).': [
    "Cannot find package 'x'. Run \"npm install\" (or add it to package.json).",
    "Cannot find 'x/y' of the package 'x'. Run \"npm install\" (or add it to package.json).",
  ],
  "Check the path, or build the app first.": ["Cannot find module './x'. Check the path, or build the app first."],
  '{} asks for Node.js {}, which is not installed{}. Install it, change the file, or name a program (setting "node", flag --node).':
    [
      '/a/.nvmrc asks for Node.js 20, which is not installed; the PATH has v18.0.0. Install it, change the file, or name a program (setting "node", flag --node).',
    ],
  "No app was found in {}: there is no server.js, app.js or index.js, and {}. Name the file to run.": [
    "No app was found in /a: there is no server.js, app.js or index.js, and its package.json is a folder. Name the file to run.",
    'No app was found in /a: there is no server.js, app.js or index.js, and the script "start" (deno x) can\'t be used: deno is not Node.js. Name the file to run.',
  ],
  "{} of the app listens on port {}. {}": [
    "A worker thread of the app listens on port 3000. Hitless shares the servers of a worker's main thread: let that one listen. If it can't, run one worker that calls process.send('ready'), with waitReady, and renew it with a restart.",
  ],
  "The new generation does not listen on {} as the old one does, it {}, so every client there would be refused.{} If it is meant, use a restart.":
    [
      "The new generation does not listen on http://x:1 as the old one does, it listens nowhere instead, so every client there would be refused. If it is meant, use a restart.",
      "The new generation does not listen on http://x:1 as the old one does, it listens on http://x:2 instead, so every client there would be refused. An app that looks for a free port takes that of its old worker for taken: give it a fixed one. If it is meant, use a restart.",
    ],
  "The connection to {} was lost{}.": [
    "The connection to web1 was lost.",
    "The connection to web1 was lost: it gave no sign of life for 30000 ms.",
  ],
  "{} is {} on {}, with {} of {} ready{}.": [
    "shop is stopped on web1, with 0 of 1 worker ready.",
    "shop is stopped on web1, with 0 of 1 worker ready (out of memory).",
    "shop is degraded on web1, with 1 of 2 workers ready.",
    "shop is degraded on web1, with 1 of 2 workers ready (out of memory).",
    "shop is degraded on web1, with 1 of 2 workers ready (The worker exited with code 1).",
  ],
  "None is named{}.": ['There is no fleet "shop". None is named.', 'There is no fleet "shop". None is named in /a.'],
  "There are: {}.": ['There is no fleet "shop". There are: web.'],
  "{} can't be run{}: {}.": ["./x can't be run: spawn ENOENT.", "./x can't be run in /srv: spawn ENOENT."],
  " An app that looks for a free port takes that of its old worker for taken: give it a fixed one.": [],
};

/** What only a terminal, a log or a program is told. */
const elsewhere: readonly string[] = [
  'This is the supervisor of Hitless. Start an app with "hitless start" instead.\n',
  "the message by which node:cluster sends a connection to a worker: what a dying worker has not taken is lost",
];

/** A text as the sources have it, with `{}` where something is filled in; `undefined` for what is no text. */
function textOf(node: Node): string | undefined {
  switch (node.type) {
    case "StringLiteral":
      return node.value;
    case "TemplateLiteral":
      return node.quasis.map(({ value }, index) => (index === 0 ? "" : "{}") + (value.cooked ?? "")).join("");
    case "BinaryExpression": {
      const [left, right] = [node.operator === "+" ? textOf(node.left as Node) : undefined, textOf(node.right)];
      return left === undefined || right === undefined ? undefined : left + right;
    }
    default:
      return undefined;
  }
}

/** All that has words and ends as a sentence does. */
function sentencesIn(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) {
      sentencesIn(item, found);
    }
  } else if (typeof node === "object" && node !== null) {
    const text = "type" in node ? textOf(node as Node) : undefined;
    if (text === undefined) {
      for (const [key, value] of Object.entries(node)) {
        if (key !== "loc" && !key.endsWith("Comments")) {
          sentencesIn(value, found);
        }
      }
    } else if (/[.?]$/.test(text) && / /.test(text.trim()) && /[a-z]{2} |^\{\} (?:is )?\{\}\./.test(text)) {
      found.add(text);
    }
  }
}

function sourceSentences(): string[] {
  const found = new Set<string>();
  for (const folder of folders) {
    for (const file of readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" })) {
      // What is said of the layers is translated where it is shown, and what a library expects goes to the log.
      if (file.endsWith(".ts") && !/layers[\\/](?:catalogue|rows)|primaryProtocols/.test(file)) {
        const source = readFileSync(join(projectRoot, folder, file), "utf8");
        sentencesIn(parse(source, { sourceType: "module", plugins: ["typescript"] }).program, found);
      }
    }
  }
  return [...found].filter((text) => !elsewhere.includes(text));
}

describe("what supervisors say, in the editor's language", () => {
  it("is known whatever the sources can say", () => {
    const texts = sourceSentences();
    assert.ok(texts.length > 60, `only ${texts.length} were found`);
    const instance = (text: string) => {
      let count = 0;
      return text.replace(/\{\}/g, () => {
        count += 1;
        return `X${count}`;
      });
    };
    const all = new Set([...texts, ...Object.keys(composed)]);
    const unknown = [...all].filter((text) => {
      const examples = composed[text] ?? [instance(text)];
      return examples.some((example) => inChinese(example) === example);
    });
    assert.deepEqual(unknown, []);
  });

  it("is said in Chinese, with what differs at its place", () => {
    const cases = {
      "The worker exited with code 1 before it was ready.": "工作进程在就绪前以退出码 1 退出。",
      "Port 3000 is in use by another program. Stop that one or choose another port.":
        "端口 3000 正被其他程序使用。请停止该程序或选择其他端口。",
      'The supervisor of "api" (pid 7) did not answer app/stop within 5 ms.':
        "“api”的监督进程（PID 7）在 5 毫秒内没有应答 app/stop。",
      "envFile: /a/.env is a folder.": "envFile：/a/.env 是文件夹。",
      "Generation 2 can't be started again: its folder /a does not exist any more.":
        "第 2 代无法再次启动：其文件夹 /a 已不存在。",
      "hitless.apps[0].workers: must be at least 1\nhitless.apps[0].x: is not a known setting; remove it":
        "hitless.apps[0].workers：不得小于 1\nhitless.apps[0].x：不是已知的设置；请删除它",
    };
    for (const [text, said] of Object.entries(cases)) {
      assert.equal(inChinese(text), said);
    }
  });

  it("is what it was in English, and where it is not known", () => {
    for (const text of [...Object.values(composed).flat(), ...engineSentences, "Boom.", "", "a. b. c.", "Error: x\n"]) {
      assert.equal(inEnglish(text), text);
    }
    assert.equal(inChinese("TypeError: x is not a function"), "TypeError: x is not a function");
  });

  it("takes no more time than in proportion to the text", () => {
    inChinese("a. ".repeat(50_000));
    inChinese("The worker was ended by ".repeat(20_000));
  });
});
