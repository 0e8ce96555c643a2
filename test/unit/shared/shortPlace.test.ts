import assert from "node:assert/strict";
import { shortPlace } from "../../../src/shared/layers/shortPlace.ts";

/** File, the app's folder, what is shown. */
const places: readonly (readonly [string, string | undefined, string])[] = [
  ["/srv/shop/lib/passwords.js", "/srv/shop", "lib/passwords.js"],
  ["/srv/shop/lib/passwords.js", "/srv/shop/", "lib/passwords.js"],
  ["/srv/shop-two/lib/a.js", "/srv/shop", "/srv/shop-two/lib/a.js"],
  ["/srv/shop", "/srv/shop", "/srv/shop"],
  ["/srv/shared/a.js", "/srv/shop", "/srv/shared/a.js"],
  ["/srv/a.js", "/", "/srv/a.js"],
  ["/srv/a.js", undefined, "/srv/a.js"],
  ["/srv/shop/node_modules/express/lib/router/index.js", "/srv/shop", "express/lib/router/index.js"],
  ["/srv/node_modules/@nestjs/core/router/router-proxy.js", "/srv/shop", "@nestjs/core/router/router-proxy.js"],
  ["/srv/shop/node_modules/.pnpm/router@2.2.0/node_modules/router/index.js", "/srv/shop", "router/index.js"],
  ["/srv/shop/node_modules/a/node_modules/b/b.js", "/srv/shop", "b/b.js"],
  ["/srv/shop/node_modules/.cache/x.js", "/srv/shop", "node_modules/.cache/x.js"],
  ["C:\\shop\\lib\\passwords.js", "c:\\shop", "lib\\passwords.js"],
  ["C:\\shop\\node_modules\\@scope\\name\\lib\\a.js", "C:\\shop", "@scope/name/lib/a.js"],
  ["node:internal/crypto/pbkdf2", "/srv/shop", "node:internal/crypto/pbkdf2"],
  ["webpack://shop/src/a.ts", "/srv/shop", "webpack://shop/src/a.ts"],
];

describe("the place of a function", () => {
  for (const [file, root, shown] of places) {
    it(`${file} is ${shown} in ${root}`, () => assert.equal(shortPlace(file, root), shown));
  }
});
