import assert from "node:assert/strict";
import * as v from "valibot";
import { appSettings } from "../../../../src/shared/settings/appSettings.ts";
import { explainRefusal, formatPlace, parseListenAddress } from "../../../../src/supervisor/monitoring/listenPlace.ts";

describe("the setting health", () => {
  const accepted: readonly (readonly [written: number | string, place: string])[] = [
    [9100, "127.0.0.1:9100"],
    [0, "127.0.0.1:0"],
    ["9100", "127.0.0.1:9100"],
    ["0.0.0.0:65535", "0.0.0.0:65535"],
    ["[::1]:9100", "[::1]:9100"],
    ["[fe80::1%eth0]:9100", "[fe80::1%eth0]:9100"],
    ["localhost:80", "localhost:80"],
    ["metrics.internal:9100", "metrics.internal:9100"],
  ];

  it("is a port of loopback, or a host with a port", () => {
    for (const [written, place] of accepted) {
      assert.equal(v.is(appSettings.health.written, written), true, String(written));
      assert.equal(formatPlace(parseListenAddress(written)), place);
    }
  });

  it("is nothing else, and says how it should be", () => {
    const refused = [-1, 65_536, 1.5, "", ":", ":9100", "host:", "host:65536", "::1:9100", "a b:1", "http://x:1", null];
    for (const written of refused) {
      const result = v.safeParse(appSettings.health.written, written);
      assert.equal(result.success, false, String(written));
      assert.match(
        result.issues?.[0]?.message ?? "",
        /^must be a port from 0 to 65535 or "host:port"/,
        String(written),
      );
    }
  });
});

describe("what the system refuses", () => {
  const place = { host: "::1", port: 80 };
  for (const [code, told] of [
    ["EADDRINUSE", /^health: \[::1\]:80 is in use\. Choose another port/],
    ["EACCES", /^health: Listening on \[::1\]:80 is not allowed\. Ports below 1024/],
    ["EADDRNOTAVAIL", /^health: ::1 is no address of this machine\./],
    ["ENOTFOUND", /^health: The name ::1 can't be resolved\./],
    ["EMFILE", /^health: Listening on \[::1\]:80 failed: too many\.$/],
  ] as const) {
    it(`${code} is told with the setting's name and a fix`, () => {
      const error = explainRefusal(place, Object.assign(new Error("too many"), { code }));
      assert.match(error.message, told);
      assert.equal(error.code, "invalidState");
    });
  }
});
