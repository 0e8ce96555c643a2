import assert from "node:assert/strict";
import { areAtOdds, canStandIn } from "../../../../src/supervisor/accept/standIn.ts";

describe("canStandIn", () => {
  const at = (address: string, ipv6Only = false) => ({ address, port: 3000, ipv6Only });
  const to = (address: string, port = 3000) => ({ address, port, family: address.includes(":") ? "IPv6" : "IPv4" });

  for (const [what, expected, place, client] of [
    ["the same address", true, at("127.0.0.1"), to("127.0.0.1")],
    ["the same address, to which it came through a server on all", true, at("127.0.0.1"), to("::ffff:127.0.0.1")],
    ["the same address of IPv6", true, at("::1"), to("::1")],
    ["another address", false, at("127.0.0.1"), to("10.0.0.1")],
    ["loopback of the other family", false, at("127.0.0.1"), to("::1")],
    ["all addresses", true, at("::"), to("127.0.0.1")],
    ["all addresses of IPv6 alone, for IPv4", false, at("::", true), to("::ffff:127.0.0.1")],
    ["all addresses of IPv6 alone, for IPv6", true, at("::", true), to("::1")],
    ["all of IPv4 for one of them", true, at("0.0.0.0"), to("10.0.0.1")],
    ["all of IPv4 for one that came through IPv6", true, at("0.0.0.0"), to("::ffff:10.0.0.1")],
    ["all of IPv4 for IPv6", false, at("0.0.0.0"), to("::1")],
    ["another port", false, at("::"), to("127.0.0.1", 3001)],
    ["nobody knows where it came to", false, at("::"), undefined],
  ] as const) {
    it(`${expected ? "says yes" : "says no"}: ${what}`, () => {
      assert.equal(canStandIn(place, client), expected);
    });
  }
});

describe("areAtOdds", () => {
  const at = (address: string, port = 3000, ipv6Only = false) => ({ address, port, ipv6Only });

  for (const [what, expected, one, other] of [
    ["the same", true, at("127.0.0.1"), at("127.0.0.1")],
    ["two of IPv4", false, at("127.0.0.1"), at("127.0.0.2")],
    ["all of IPv4 and one of them", true, at("0.0.0.0"), at("127.0.0.1")],
    ["all of IPv4 and one of IPv6", false, at("0.0.0.0"), at("::1")],
    ["all and one of IPv4", true, at("::"), at("127.0.0.1")],
    ["all and all of IPv4", true, at("::"), at("0.0.0.0")],
    ["all and one of IPv6", true, at("::"), at("::1")],
    ["all of IPv6 alone and one of IPv4", false, at("::", 3000, true), at("127.0.0.1")],
    ["all of IPv6 alone and all of IPv4", false, at("::", 3000, true), at("0.0.0.0")],
    ["all of IPv6 alone and one of them", true, at("::", 3000, true), at("::1")],
    ["one of IPv4 in two ways", true, at("::ffff:127.0.0.1"), at("127.0.0.1")],
    ["two ports", false, at("::"), at("::", 3001)],
  ] as const) {
    it(`${expected ? "says yes" : "says no"}: ${what}`, () => {
      assert.deepEqual([areAtOdds(one, other), areAtOdds(other, one)], [expected, expected]);
    });
  }
});
