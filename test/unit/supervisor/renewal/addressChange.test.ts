import assert from "node:assert/strict";
import { judgeAddresses, type Listening } from "../../../../src/supervisor/renewal/proof/addressChange.ts";

const system = { systemPort: true } as const;

function listening(...keys: (string | readonly [string, { readonly systemPort: boolean }])[]): Listening {
  return new Map(
    keys.map((entry) => {
      const [key, { systemPort }] = typeof entry === "string" ? [entry, { systemPort: false }] : entry;
      return [key, { url: key, protocol: key.startsWith("udp") ? ("udp" as const) : ("http" as const), systemPort }];
    }),
  );
}

function judge(
  old: Listening,
  fresh: Listening,
  {
    beside = [],
    tried = [],
    told = [],
  }: { beside?: readonly Listening[]; tried?: readonly (number | string)[]; told?: readonly number[] } = {},
): string {
  const isTold = (port: number): boolean => told.includes(port);
  const change = judgeAddresses({ old, fresh, tried: new Set(tried), isTold, beside, pids: [4711, 4712] });
  const verdict = change?.isMishap ? "mishap" : "change";
  return change === undefined ? "" : `${verdict}: ${change.lost.join()} -> ${change.gained.join()}`;
}

describe("judgeAddresses", () => {
  const main = "::|3000";
  const admin = "::|4000";

  for (const [what, expected, old, fresh, more] of [
    ["the same address", "", listening(main), listening(main), {}],
    [
      "another address though it is told the old one: somebody else looked for it",
      "mishap: ::|3000 -> ::|3001",
      listening(main),
      listening("::|3001"),
      { told: [3_000] },
    ],
    [
      "another address, and it is told both",
      "change: ::|3000 -> ::|3001",
      listening(main),
      listening("::|3001"),
      { told: [3_000, 3_001] },
    ],
    ["one address more", "", listening(main), listening(main, admin), {}],
    ["all addresses instead of one", "", listening("127.0.0.1|3000"), listening("0.0.0.0|3000"), {}],
    ["another port that its code names", "change: ::|3000 -> ::|3001", listening(main), listening("::|3001"), {}],
    [
      "another port, since the old one was taken",
      "mishap: ::|3000 -> ::|3001",
      listening(main),
      listening("::|3001"),
      { tried: [3000] },
    ],
    [
      "another port than one that it did not try",
      "change: ::|3000 -> ::|3002",
      listening(main),
      listening("::|3002"),
      { tried: [3001] },
    ],
    [
      "the port of another worker, since its own was taken",
      "mishap: ::|3000 -> ::|3001",
      listening(main),
      listening("::|3001"),
      { tried: [3000], beside: [listening("::|3001")] },
    ],
    ["another Unix socket", "mishap: /a -> /b", listening("/a"), listening("/b"), { tried: ["/a"] }],
    ["nothing", "mishap: ::|3000 -> ", listening(main), listening(), {}],
    ["one of two dropped", "change: ::|4000 -> ", listening(main, admin), listening(main), {}],
    [
      "one of two that was taken",
      "mishap: ::|4000 -> ::|4001",
      listening(main, admin),
      listening(main, "::|4001"),
      { tried: [4000] },
    ],
    ["a port that the system chose", "", listening(["::|41001", system]), listening(["::|41002", system]), {}],
    [
      "a fixed port and one that the system chose",
      "",
      listening(main, ["::|41001", system]),
      listening(main, ["::|41002", system]),
      { tried: [41_001] },
    ],
    ["a path with the pid", "", listening(main, "/tmp/4711.sock"), listening(main, "/tmp/4712.sock"), {}],
    [
      "a port of its own beside the shared one",
      "",
      listening(main, "::|9001"),
      listening(main, "::|9003"),
      { beside: [listening(main, "::|9002")], tried: [9001, 9002] },
    ],
    [
      "ports of each worker's own and none that is shared",
      "mishap: ::|3000 -> ::|3002",
      listening("::|3000"),
      listening("::|3002"),
      { beside: [listening("::|3001")], tried: [3000, 3001] },
    ],
    ["another port for datagrams", "", listening(main, "udp|5000"), listening(main, "udp|5001"), {}],
  ] as const) {
    it(`${what}: ${expected || "no change"}`, () => {
      assert.equal(judge(old, fresh, more), expected);
    });
  }
});
