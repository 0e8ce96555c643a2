import assert from "node:assert/strict";
import { serviceName, systemdUnit, type UnitFacts } from "../../../src/cli/show/systemdUnit.ts";
import { commandWord, environmentWord } from "../../../src/cli/show/systemdWords.ts";
import { appDefaults } from "../../../src/shared/appConfig.ts";

const facts: UnitFacts = {
  recipe: { name: "api", ...appDefaults },
  node: "/usr/bin/node",
  cli: "/usr/lib/node_modules/hitless/dist/cli.cjs",
  words: ["start", "server.js"],
  folder: "/srv/api",
  user: "www",
  type: "notify",
  environment: { NODE_ENV: "production" },
  remarks: [],
};

/** The values of a key, in order. */
function values(unit: string, key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);
}

describe("systemdUnit", () => {
  it("starts what it was told, tells when it is ready, and reloads by the signal", () => {
    const unit = systemdUnit(facts);
    assert.deepEqual(values(unit, "ExecStart"), [
      "/usr/bin/node /usr/lib/node_modules/hitless/dist/cli.cjs start server.js",
    ]);
    assert.deepEqual(values(unit, "Type"), ["notify"]);
    assert.deepEqual(values(unit, "NotifyAccess"), ["all"]);
    assert.deepEqual(values(unit, "ExecReload"), ["/bin/kill -USR2 $MAINPID"]);
    assert.deepEqual(values(unit, "KillMode"), ["mixed"]);
    assert.deepEqual(values(unit, "WorkingDirectory"), ["/srv/api"]);
    assert.deepEqual(values(unit, "User"), ["www"]);
    assert.ok(values(unit, "Environment").includes("NODE_ENV=production"));
    assert.ok(values(unit, "Environment").includes("HITLESS_RUNTIME_DIR=%t/hitless-api"));
  });

  it("has its deadlines from the settings", () => {
    // 0 + 30 s + 2 × 5 s, and 10 s.
    assert.deepEqual(values(systemdUnit(facts), "TimeoutStopSec"), ["50"]);
    assert.deepEqual(values(systemdUnit(facts), "TimeoutStartSec"), ["120"]);
    const recipe = {
      ...facts.recipe,
      shutdownDelay: 4_500,
      drainTimeout: 120_000,
      killTimeout: 1_000,
      readyTimeout: 1_500,
    };
    const slow = systemdUnit({ ...facts, recipe });
    assert.deepEqual(values(slow, "TimeoutStopSec"), ["137"]);
    assert.deepEqual(values(slow, "TimeoutStartSec"), ["92"]);
    const warmed = systemdUnit({ ...facts, recipe: { ...recipe, warmup: ["/", "/a"] } });
    assert.deepEqual(values(warmed, "TimeoutStartSec"), ["112"]);
  });

  it("is hardened as far as Node.js can be", () => {
    const unit = systemdUnit(facts);
    assert.deepEqual(values(unit, "MemoryDenyWriteExecute"), []);
    for (const key of ["NoNewPrivileges", "PrivateTmp", "ProtectKernelTunables", "LockPersonality", "ProtectHome"]) {
      assert.deepEqual(values(unit, key), ["yes"], key);
    }
    // `os.networkInterfaces()` asks over netlink.
    assert.match(values(unit, "RestrictAddressFamilies")[0] ?? "", /\bAF_NETLINK\b/);
  });

  it("leaves home folders and temporary ones readable that it needs", () => {
    for (const change of [{ folder: "/home/me/api" }, { node: "/root/.nvm/node" }, { cli: "/home/me/cli.cjs" }]) {
      assert.deepEqual(values(systemdUnit({ ...facts, ...change }), "ProtectHome"), []);
    }
    assert.deepEqual(values(systemdUnit({ ...facts, folder: "/var/tmp/api" }), "PrivateTmp"), []);
  });

  it("is, for the user's own manager, without what only the system's may do", () => {
    const unit = systemdUnit({ ...facts, user: undefined });
    for (const key of ["User", "RuntimeDirectory", "PrivateDevices", "CapabilityBoundingSet", "ProtectSystem"]) {
      assert.deepEqual(values(unit, key), [], key);
    }
    assert.deepEqual(values(unit, "WantedBy"), ["default.target"]);
  });

  it("reloads in the way of its type", () => {
    const reload = systemdUnit({ ...facts, type: "notify-reload" });
    assert.deepEqual([values(reload, "ReloadSignal"), values(reload, "ExecReload")], [["SIGUSR2"], []]);
    const exec = systemdUnit({ ...facts, type: "exec" });
    assert.deepEqual([values(exec, "Type"), values(exec, "NotifyAccess")], [["exec"], []]);
  });

  it("finds the Node.js it was made with, and keeps names to what systemd allows", () => {
    const unit = systemdUnit({
      ...facts,
      node: "/opt/node 24/bin/node",
      recipe: { ...facts.recipe, name: "@me/my api" },
    });
    assert.ok(values(unit, "Environment").some((value) => value.startsWith('"PATH=/opt/node 24/bin:/usr/local/sbin:')));
    assert.deepEqual(values(unit, "RuntimeDirectory"), ["hitless-me-my-api"]);
    assert.deepEqual([serviceName("@me/my api"), serviceName("…"), serviceName(".api")], ["me-my-api", "app", "api"]);
  });

  it("quotes words so that systemd reads them back", () => {
    const words: readonly (readonly [string, string])[] = [
      ["--workers=2", "--workers=2"],
      ["a b", '"a b"'],
      ["", '""'],
      [";", '";"'],
      ["50%", "50%%"],
      ["$HOME", '"$$HOME"'],
      ['say "hi"', '"say \\"hi\\""'],
      ["C:\\x", '"C:\\\\x"'],
      ["two\nlines\t", '"two\\nlines\\t"'],
      ["it's", '"it\'s"'],
    ];
    for (const [word, written] of words) {
      assert.equal(commandWord(word), written, word);
    }
    assert.equal(environmentWord("A", "$x 50%"), '"A=$x 50%%"');
    assert.equal(environmentWord("A", "1"), "A=1");
  });
});
