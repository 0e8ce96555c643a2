import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LaunchRecipe } from "../../../../src/shared/appConfig.ts";
import { createGenerations, type Generations } from "../../../../src/supervisor/renewal/generations.ts";
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

  it("refuses to go back where nobody can tell whether the files are the same", async () => {
    book.open(1);
    book.commit(1);
    book.open(2);
    book.commit(2);
    await assert.rejects(book.previous(), { code: "invalidState", message: /Generation 1 .* not in a git repository/ });
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
