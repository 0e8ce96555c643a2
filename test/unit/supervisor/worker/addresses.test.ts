import assert from "node:assert/strict";
import { addressUrl, exactPlace } from "../../../../src/supervisor/worker/addresses.ts";

describe("addressUrl", () => {
  const at = (address: string, port = 3000) => ({ address, port, family: address.includes(":") ? "IPv6" : "IPv4" });

  it("names the scheme of each protocol", () => {
    const schemes = (["http", "https", "http2", "https2", "tcp", "tls"] as const).map((protocol) =>
      addressUrl(protocol, at("127.0.0.1")),
    );
    assert.deepEqual(schemes, [
      "http://127.0.0.1:3000",
      "https://127.0.0.1:3000",
      "http://127.0.0.1:3000",
      "https://127.0.0.1:3000",
      "tcp://127.0.0.1:3000",
      "tls://127.0.0.1:3000",
    ]);
  });

  it("shows a wildcard as loopback, and leaves any other address as it is", () => {
    const urls = ["0.0.0.0", "::", "::1", "192.168.1.5", "fe80::1"].map((host) => addressUrl("http", at(host)));
    assert.deepEqual(urls, [
      "http://127.0.0.1:3000",
      "http://127.0.0.1:3000",
      "http://[::1]:3000",
      "http://192.168.1.5:3000",
      "http://[fe80::1]:3000",
    ]);
    for (const url of urls) {
      assert.equal(new URL(url).port, "3000");
    }
  });

  it("shows a Unix socket by its path", () => {
    assert.equal(addressUrl("http", "/run/api.sock"), "unix:/run/api.sock");
  });
});

describe("exactPlace", () => {
  it("names a wildcard as the app has asked for it", () => {
    const places = ["0.0.0.0|3000", "::|3000", "127.0.0.1|3000", "/run/a|80b.sock"].map(exactPlace);
    assert.deepEqual(places, ["0.0.0.0:3000", "[::]:3000", "127.0.0.1:3000", "/run/a|80b.sock"]);
  });
});
