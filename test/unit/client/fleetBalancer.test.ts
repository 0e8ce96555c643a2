import assert from "node:assert/strict";
import { hostOf } from "../../../src/client/fleets/fleetBalancer.ts";

describe("the host of a destination of ssh", () => {
  for (const [destination, host] of [
    ["web1", "web1"],
    ["deploy@web1.example", "web1.example"],
    ["ssh://deploy@web1:2222", "web1"],
    ["ssh://web1", "web1"],
    ["ssh://deploy@[2001:db8::1]:2222/", "2001:db8::1"],
    ["deploy@2001:db8::1", "2001:db8::1"],
    ["user@corp@web1", "web1"],
  ] as const) {
    it(`of ${destination} is ${host}`, () => assert.equal(hostOf(destination), host));
  }
});
