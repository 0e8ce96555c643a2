import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LaunchRecipe } from "../../../../src/shared/appConfig.ts";
import { createGenerations, type Generations } from "../../../../src/supervisor/renewal/generations.ts";
import { readSourceState } from "../../../../src/supervisor/renewal/sourceState.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

describe("recipeBook", () => {
  let cwd = "";
  let book: Generations;
  const recipe = (name: string): LaunchRecipe => ({ name, cwd, entry: join(cwd, "dist", "server.js") }) as LaunchRecipe;

  beforeEach(() => {
    cwd = tempFolder();
    book = createGenerations(recipe("first"));
  });

  after(removeTempFolders);

  it("starts a generation as the one before, or in a way of its own", () => {
    book.open(1);
    book.commit(1);
    book.open(2, recipe("second"));
    assert.deepEqual([book.current.name, book.of(2).name], ["first", "second"]);
    book.commit(2);
    book.open(3);
    assert.deepEqual([book.current.name, book.of(3).name, book.of(1).name], ["second", "second", "first"]);
  });

  it("forgets the recipe of a generation that was rolled back as soon as its number is tried again", () => {
    book.open(1);
    book.commit(1);
    book.open(2, recipe("bad"));
    book.open(2);
    assert.equal(book.of(2).name, "first");
  });

  it("has nothing to go back to before the second generation, nor after one that was rolled back", async () => {
    book.open(1);
    book.commit(1);
    book.open(2, recipe("bad"));
    await assert.rejects(book.previous(), { code: "invalidState", message: /no previous generation/ });
  });

  it("goes back without git where the files are as they were, and names those that are not", async () => {
    const write = (file: string, text: string) => {
      mkdirSync(join(cwd, dirname(file)), { recursive: true });
      writeFileSync(join(cwd, file), text);
    };
    write("dist/server.js", "1");
    write("logs/today.txt", "");
    book.open(1);
    book.commit(1);
    book.open(2, recipe("second"));
    book.commit(2);
    // When it has answered, it has looked.
    assert.equal((await book.previous()).name, "first");
    write("logs/today.txt", "asked");
    write("access.log", "asked");
    write("node_modules/some/index.js", "");
    assert.equal((await book.previous()).name, "first");
    write("dist/server.js", "22");
    write("dist/more.js", "");
    const message =
      /Generation 1 .* changed since it ran \(dist.more\.js and 1 other\), and there is no git repository/;
    await assert.rejects(book.previous(), { code: "invalidState", message });
  });

  it("starts no git where there is no repository", async () => {
    const trace = join(tempFolder(), "git");
    process.env.GIT_TRACE = trace;
    try {
      assert.equal((await readSourceState(cwd, "server.js")).kind, "folder");
      assert.equal(existsSync(trace), false);
      execFileSync("git", ["init", "--quiet"], { cwd });
      rmSync(trace);
      await readSourceState(cwd, "server.js");
      assert.equal(existsSync(trace), true);
    } finally {
      delete process.env.GIT_TRACE;
    }
  });

  it("goes back to the folder of an earlier release as long as that is there", async () => {
    const link = join(cwd, "current");
    const [one, two] = [join(cwd, "one"), join(cwd, "two")];
    for (const release of [one, two]) {
      mkdirSync(release);
      writeFileSync(join(release, "server.js"), release);
    }
    symlinkSync(one, link, "junction");
    const released = { ...recipe("app"), cwd: link, entry: join(link, "server.js") };
    book = createGenerations(released);
    book.open(1);
    book.commit(1);
    rmSync(link);
    symlinkSync(two, link, "junction");
    book.open(2);
    book.commit(2);
    const before = await book.previous();
    book.open(3, before);
    assert.deepEqual([book.placed(2).cwd, book.placed(3).cwd], [realpathSync(two), realpathSync(one)]);
    rmSync(one, { recursive: true });
    await assert.rejects(book.previous(), { message: /its folder .*one does not exist any more/ });
  });

  it("refuses to go back when what was built has changed, though the commit is the same", async () => {
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd, stdio: "pipe" });
    const build = (text: string) => writeFileSync(join(cwd, "dist", "lib.js"), text);
    git("init", "--quiet");
    writeFileSync(join(cwd, ".gitignore"), "dist/\n");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
    mkdirSync(join(cwd, "dist"));
    writeFileSync(join(cwd, "dist", "server.js"), "");
    build("1");
    book.open(1);
    book.commit(1);
    // Git is asked in the background.
    await assert.rejects(book.previous());
    while (book.commitOf(1) === undefined) {
      await new Promise(setImmediate);
    }
    build("2");
    book.open(2);
    book.commit(2);
    await assert.rejects(book.previous(), { code: "invalidState", message: /what was built in dist has changed/ });
    build("1");
    assert.equal((await book.previous()).name, "first");
  });

  it("keeps the recipe of each generation that may still be started, however many were tried", () => {
    book.open(1, recipe("one"));
    book.commit(1);
    for (let generation = 2; generation <= 25; generation += 1) {
      book.open(generation, recipe(`${generation}`));
      book.commit(generation);
    }
    assert.deepEqual([book.current.name, book.of(16).name], ["25", "16"]);
  });
});
