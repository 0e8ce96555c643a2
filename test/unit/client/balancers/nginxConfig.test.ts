import assert from "node:assert/strict";
import { ConfigSyntaxError } from "../../../../src/client/balancers/check/configSyntaxError.ts";
import {
  type NginxDirective,
  parseNginxDump,
  parseNginxFile,
} from "../../../../src/client/balancers/check/nginx/nginxConfig.ts";
import { modelNginx, nginxTime } from "../../../../src/client/balancers/check/nginx/nginxModel.ts";
import { isSince, parseNginxVersion } from "../../../../src/client/balancers/check/nginx/nginxVersion.ts";

/** A configuration as text, a directive a line. */
function shown(directives: readonly NginxDirective[], indent = ""): string[] {
  return directives.flatMap(({ name, args, line, block }) => {
    const own = `${indent}${[name, ...args].join("|")} @${line}`;
    return block === undefined ? [own] : [own, ...shown(block, `${indent}  `)];
  });
}

const read = (text: string): string[] => shown(parseNginxFile(text, "/n.conf"));

/** Each with what nginx 1.22 made of it. */
const texts: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  "quotes hold what would end a word": [`a "b c;{}#" 'd "e"';`, [`a|b c;{}#|d "e" @1`]],
  "a quote within a word is a character": [`a b"c d'e;`, [`a|b"c|d'e @1`]],
  "an escape takes the next character": [`a "b\\"c" d\\;e\\ f \\n;`, [`a|b"c|d\\;e\\ f|\n @1`]],
  "an unknown escape stays": ["a ^/\\d+\\.php$;", ["a|^/\\d+\\.php$ @1"]],
  "an empty word is one": [`proxy_set_header Connection "";`, ["proxy_set_header|Connection| @1"]],
  "a comment begins where a word does": ["a b#c; # d; {\n#e\nf;", ["a|b#c @1", "f @3"]],
  "a variable in braces opens no block": [`a /x/$${"{b}"}/c;`, [`a|/x/$${"{b}"}/c @1`]],
  "a closing brace in a word is a character": ["a b};", ["a|b} @1"]],
  "lines are counted in quotes too": [`a "b\nc" {\nd;\n}\ne;`, ["a|b\nc @1", "  d @3", "e @5"]],
  "a file of Windows": ["a b;\r\nc {\r\n d;\r\n}\r\n", ["a|b @1", "c @2", "  d @3"]],
  "a mark of UTF-8": ["\uFEFFa;", ["a @1"]],
  "no space before a brace": ["if ($a = b){c;}", ["if|($a|=|b) @1", "  c @1"]],
  "Lua is left alone": [
    `content_by_lua_block {\n local a = "}" -- }\n local b = [[ } ]] if a then b = {1} end\n}\nz;`,
    ["content_by_lua_block @1", "z @5"],
  ],
};

describe("parseNginxFile", () => {
  for (const [name, [text, expected]] of Object.entries(texts)) {
    it(name, () => assert.deepEqual(read(text), expected));
  }

  const wrong: Readonly<Record<string, readonly [string, number, RegExp]>> = {
    "a quote that is not closed": [`a;\nb "c;\n\n`, 2, /quote is not closed/],
    "text behind a quote": [`a "b"c;`, 1, /unexpected "c"/],
    "a block that is not closed": ["a;\nb {\nc;\n", 2, /has no "}"/],
    "a brace too many": ["a {\n}\n}\n", 3, /unexpected "}"/],
    "a directive that is not ended": ["a {\nb\n}\n", 3, /unexpected "}"/],
    "a directive at the end that is not ended": ["a;\nb c", 2, /has no ";"/],
    "an empty directive": [";", 1, /unexpected ";"/],
  };
  for (const [name, [text, line, message]] of Object.entries(wrong)) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseNginxFile(text, "/n.conf"),
        (error) => error instanceof ConfigSyntaxError && error.line === line && message.test(error.message),
      );
    });
  }
});

const dump = (files: Readonly<Record<string, string>>): string =>
  Object.entries(files)
    .map(([file, text]) => `# configuration file ${file}:\n${text}\n`)
    .join("");

describe("parseNginxDump", () => {
  it("puts included files where they are included, by patterns and relative to the main file", () => {
    const { directives, files } = parseNginxDump(
      dump({
        "/etc/nginx/nginx.conf": "user www;\nhttp {\n include conf.d/*.conf;\n include /srv/x?.[i-k]n[!d];\n}",
        "/etc/nginx/conf.d/b.conf": "two;\n",
        "/etc/nginx/conf.d/a.conf": "one;\n",
        "/etc/nginx/conf.d/deep/c.conf": "never;\n",
        "/srv/x1.inc": "three { include deeper.inc; }\n",
        "/etc/nginx/deeper.inc": "four;\n",
      }),
    );
    assert.deepEqual(shown(directives), [
      "user|www @1",
      "http @2",
      "  one @1",
      "  two @1",
      "  three @1",
      "    four @1",
    ]);
    assert.equal(directives[1]?.block?.[2]?.block?.[0]?.file, "/etc/nginx/deeper.inc");
    assert.equal(files.length, 6);
  });

  it("refuses files that include each other, and a text that was cut off", () => {
    assert.throws(() => parseNginxDump(dump({ "/a": "include /b;", "/b": "include /a;" })), /in a circle/);
    assert.throws(() => parseNginxDump(`one;\n${dump({ "/a": "two;" })}`), /does not begin/);
    assert.throws(() => parseNginxDump(""), /does not begin/);
  });
});

describe("modelNginx", () => {
  it("knows what holds where requests are passed on", () => {
    const { upstreams, proxies } = modelNginx(
      parseNginxDump(
        dump({
          "/n.conf": `
http {
  proxy_set_header A outer;
  proxy_http_version 1.1;
  upstream app { server 10.0.0.1:1 max_fails=2 backup; server [::1]:2; keepalive 8; }
  server {
    location / { proxy_pass http://app/x; }
    location ~ ^/y { proxy_set_header B inner; proxy_pass http://app; }
    location /z { set $where app; if ($arg) { proxy_pass http://$where; } }
  }
}
stream { upstream raw { server 10.0.0.9:1; } }`,
        }),
      ),
    );
    assert.deepEqual(
      upstreams.map(({ name, stream, servers }) => [name, stream, servers.map(({ address }) => address)]),
      [
        ["app", false, ["10.0.0.1:1", "[::1]:2"]],
        ["raw", true, ["10.0.0.9:1"]],
      ],
    );
    assert.deepEqual(
      [...(upstreams[0]?.servers[0]?.parameters ?? [])],
      [
        ["max_fails", "2"],
        ["backup", ""],
      ],
    );
    assert.deepEqual(
      proxies.map(({ target, path, settings }) => [
        target,
        path,
        settings("proxy_set_header").map(({ args }) => args[0]),
        settings("proxy_http_version")[0]?.args[0],
      ]),
      [
        ["app", "/", ["A"], "1.1"],
        ["app", "^/y", ["B"], "1.1"],
        ["app", "/z", ["A"], "1.1"],
      ],
    );
  });

  it("reads times as nginx does", () => {
    const times = ["10", "10s", "1m30s", "500ms", "1h 5m", "0", "x", "", "5 x"].map(nginxTime);
    assert.deepEqual(times, [10_000, 10_000, 90_000, 500, 3_900_000, 0, undefined, undefined, undefined]);
  });

  it("compares versions", () => {
    assert.deepEqual(parseNginxVersion("nginx version: nginx/1.22.1"), [1, 22, 1]);
    assert.deepEqual(parseNginxVersion("nginx version: openresty/1.27.1.2"), [1, 27, 1]);
    assert.equal(parseNginxVersion("Angie version: Angie/1.8.0"), undefined);
    const since = (version: string) => isSince(parseNginxVersion(`nginx/${version}`), [1, 29, 7]);
    assert.deepEqual(["1.29.6", "1.29.7", "1.30.0", "1.3.99", "2.0.0"].map(since), [false, true, true, false, true]);
    assert.equal(isSince(undefined, [1, 0, 0]), false);
  });
});
