import assert from "node:assert/strict";
import { canStandIn } from "../../../../src/supervisor/accept/standIn.ts";

describe("canStandIn", () => {
  const at = (address: string | null, addressType: 4 | 6 | -1 = 4, port = 3000, flags = 0) => ({
    address,
    addressType,
    port,
    flags,
  });

  for (const [what, expected, place, former] of [
    ["the same address", true, at("127.0.0.1"), at("127.0.0.1")],
    ["all addresses", true, at(null, 6), at("127.0.0.1")],
    ["all addresses of IPv6 alone", false, at("::", 6, 3000, 1), at("127.0.0.1")],
    ["all of IPv4 for one of them", true, at("0.0.0.0"), at("10.0.0.1")],
    ["all of IPv4 for IPv6", false, at("0.0.0.0"), at("::", 6)],
    ["loopback for all: who comes from elsewhere is not meant", false, at("127.0.0.1"), at("0.0.0.0")],
    ["another port", false, at(null, 6, 3001), at(null, 6)],
    ["a port that the system chooses", false, at(null, 6, 0), at(null, 6, 0)],
    ["a Unix socket", false, at("/app", -1, -1), at("/app", -1, -1)],
  ] as const) {
    it(`${expected ? "says yes" : "says no"}: ${what}`, () => {
      assert.equal(canStandIn(place, former), expected);
    });
  }
});
