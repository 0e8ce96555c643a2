import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { LaunchRecipe } from "../../../../src/shared/appConfig.ts";
import { askAddress } from "../../../../src/supervisor/worker/asking/readyUrl.ts";
import { watchReadiness } from "../../../../src/supervisor/worker/readiness.ts";

/** Long enough to play no part. */
const never = 100_000;

describe("watchReadiness", () => {
  let stops: (() => void)[] = [];

  afterEach(() => {
    for (const stop of stops) {
      stop();
    }
    stops = [];
  });

  function watch(
    recipe: Partial<LaunchRecipe>,
    answers: readonly (number | Error)[] = [],
    problems: string[] = [],
    warm = Promise.resolve(),
  ) {
    const verdicts: string[] = [];
    const asked: string[] = [];
    let settle: (verdict: string) => void = () => undefined;
    const verdict = new Promise<string>((resolve) => {
      settle = resolve;
    });
    const decide = (text: string): void => {
      verdicts.push(text);
      settle(text);
    };
    const readiness = watchReadiness({
      recipe: { server: true, waitReady: false, readyTimeout: never, minReady: 0, ...recipe },
      ready: () => decide("ready"),
      unready: () => decide("unready"),
      unlessPaused: (act) => act(),
      reach: async () => problems.shift(),
      unreachable: (what) => decide(`unreachable: ${what}`),
      late: (code, reason) => decide(`${code}: ${reason}`),
      warmUp: async (paths) => {
        asked.push(...paths);
        await warm;
      },
      ask: async (url) => {
        asked.push(url.href);
        const answer = answers[asked.length - 1] ?? answers.at(-1) ?? 200;
        if (typeof answer !== "number") {
          throw answer;
        }
        return answer;
      },
    });
    stops.push(readiness.stop);
    return { readiness, verdicts, verdict, asked };
  }

  it("is ready at the first listening, once", async () => {
    const { readiness, verdicts, verdict } = watch({});
    readiness.appMessage("ready");
    assert.deepEqual(verdicts, []);
    readiness.listening();
    readiness.listening();
    await verdict;
    assert.deepEqual(verdicts, ["ready"]);
  });

  it("tells of a server that came later and that nobody can reach, and is ready all the same", async () => {
    const nothing = undefined as unknown as string;
    const { readiness, verdicts } = watch(
      {},
      [],
      [nothing, "/app (ENOENT)", nothing, ...Array<string>(10).fill("/b (ENOENT)")],
    );
    readiness.listening();
    while (verdicts.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Put back within a second.
    readiness.listening();
    await watch({ readyTimeout: 300 }).verdict;
    assert.deepEqual(verdicts, ["ready"]);
    readiness.listening();
    while (verdicts.length === 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(verdicts, ["ready", "unreachable: /b (ENOENT)"]);
  });

  it("is as one that starts when its last server has closed, and has its time again", async () => {
    const { readiness, verdicts } = watch({ readyTimeout: 30 });
    readiness.listening();
    readiness.closed(1);
    await watch({ readyTimeout: 60 }).verdict;
    assert.deepEqual(verdicts, ["ready"]);
    readiness.closed(0);
    await watch({ readyTimeout: 60 }).verdict;
    assert.equal(verdicts.length, 3);
    assert.equal(verdicts[1], "unready");
    assert.match(
      verdicts[2] ?? "",
      /^notReady: The app closed its server and did not listen on any port again within 30/,
    );
  });

  it("is not ready through a server that closes while it is being proven", async () => {
    const { readiness, verdicts, verdict } = watch({});
    readiness.listening();
    readiness.closed(0);
    await watch({ readyTimeout: 5 }).verdict;
    assert.deepEqual(verdicts, []);
    readiness.listening();
    assert.equal(await verdict, "ready");
  });

  it("stays ready by the app's word with waitReady, whatever it closes", async () => {
    const { readiness, verdicts, verdict } = watch({ waitReady: true });
    readiness.listening();
    readiness.appMessage("ready");
    await verdict;
    readiness.closed(0);
    assert.deepEqual(verdicts, ["ready"]);
  });

  it("waits until clients can connect, and says where they can't", async () => {
    const { readiness, verdict } = watch({}, [], ["unix:/a (ENOENT)"]);
    readiness.listening();
    assert.equal(await verdict, "ready");
    const never = watch({ readyTimeout: 20 }, [], Array<string>(100).fill("unix:/a (ENOENT)"));
    never.readiness.listening();
    assert.match(await never.verdict, /^notReady: .*nobody could connect within 20 ms .*unix:\/a \(ENOENT\)/);
  });

  it("waits for the app's word with waitReady, and takes no other for it", async () => {
    const { readiness, verdicts, verdict } = watch({ waitReady: true });
    readiness.listening();
    for (const message of ["Ready", { ready: true }, null, undefined, "ready "]) {
      readiness.appMessage(message);
    }
    assert.deepEqual(verdicts, []);
    readiness.appMessage("ready");
    assert.equal(await verdict, "ready");
  });

  it("asks readyUrl after listening until it answers 2xx or 3xx", async () => {
    const answers = [new Error("ECONNREFUSED"), 503, 404, 302];
    const { readiness, verdict, asked } = watch({ readyUrl: "http://127.0.0.1:1/health" }, answers);
    assert.deepEqual(asked, []);
    readiness.listening();
    readiness.listening();
    assert.equal(await verdict, "ready");
    assert.deepEqual(asked, Array(4).fill("http://127.0.0.1:1/health"));
  });

  it("is warmed up once it could serve, and ready then", async () => {
    let done = (): void => undefined;
    const warm = new Promise<void>((resolve) => {
      done = resolve;
    });
    const recipe = { readyUrl: "http://127.0.0.1:1/", warmup: ["/a", "/b"], readyTimeout: 20 };
    const { readiness, verdicts, verdict, asked } = watch(recipe, [200], [], warm);
    readiness.listening();
    // It is not late while it is warmed up.
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.deepEqual([verdicts, asked], [[], ["http://127.0.0.1:1/", "/a", "/b"]]);
    done();
    assert.equal(await verdict, "ready");
  });

  it("has its deadline again when it closes its server while it is warmed up", async () => {
    const { readiness, verdict } = watch(
      { warmup: ["/a"], readyTimeout: 20 },
      [],
      [],
      new Promise<void>(() => undefined),
    );
    readiness.listening();
    await new Promise((resolve) => setImmediate(resolve));
    readiness.closed(0);
    assert.match(await verdict, /^notReady: .*did not listen on any port again/);
  });

  it("asks readyUrl only after the app's word with waitReady", async () => {
    const { readiness, verdict, asked } = watch({ waitReady: true, readyUrl: "http://127.0.0.1:1/" });
    readiness.listening();
    assert.deepEqual(asked, []);
    readiness.appMessage("ready");
    assert.equal(await verdict, "ready");
  });

  it("says what was missing when the time is over", async () => {
    assert.match(await watch({ readyTimeout: 1 }).verdict, /^notReady: The app did not listen on any port within 1 ms/);
    assert.match(
      await watch({ readyTimeout: 1, waitReady: true }).verdict,
      /^notReady: The app did not call process\.send\('ready'\) within 1 ms/,
    );
    const asking = watch({ readyTimeout: 20, readyUrl: "http://127.0.0.1:1/health" }, [503]);
    asking.readiness.listening();
    assert.match(
      await asking.verdict,
      /^readyUrlFailed: http:\/\/127\.0\.0\.1:1\/health .* last answer: status 503\.$/,
    );
  });

  it("names an address that is none as the reason", async () => {
    const { readiness, verdict } = watch({ readyTimeout: 20, readyUrl: "http://" });
    readiness.listening();
    assert.match(await verdict, /^readyUrlFailed: .*Invalid URL/);
  });

  it("says nothing after it was stopped, and asks no more", async () => {
    const { readiness, verdicts, asked } = watch({ readyTimeout: 1, readyUrl: "http://127.0.0.1:1/" }, [500]);
    readiness.listening();
    readiness.stop();
    const before = asked.length;
    readiness.listening();
    const other = watch({ readyTimeout: 150 });
    assert.match(await other.verdict, /notReady/);
    assert.deepEqual([verdicts, asked.length], [[], before]);
  });

  it("says no second word after ready", async () => {
    const { readiness, verdicts } = watch({ readyTimeout: 1 });
    readiness.listening();
    await watch({ readyTimeout: 5 }).verdict;
    assert.deepEqual(verdicts, ["ready"]);
  });
});

describe("askAddress", () => {
  it("tells the status, follows no redirect, and rejects when nobody answers", async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === "/moved" ? 301 : 204, { location: "http://nowhere.invalid/" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const at = (path: string) => new URL(`http://127.0.0.1:${port}${path}`);
    assert.deepEqual([await askAddress(at("/")), await askAddress(at("/moved"))], [204, 301]);
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(askAddress(at("/")), /ECONNREFUSED/);
  });
});
