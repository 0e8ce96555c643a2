import assert from "node:assert/strict";
import type { LaunchRecipe } from "../../../../src/shared/appConfig.ts";
import { describeRecipeChange } from "../../../../src/supervisor/renewal/recipeChange.ts";

const sampleRecipe = (changes: Partial<LaunchRecipe> = {}): LaunchRecipe =>
  ({ name: "api", cwd: "/srv/api", env: {}, args: [], drainTimeout: 30_000, ...changes }) as LaunchRecipe;

describe("describeRecipeChange", () => {
  it("says nothing of what is the same, nor of what follows from it", () => {
    assert.deepEqual(describeRecipeChange(sampleRecipe(), sampleRecipe()), []);
    const env = { PATH: "/a", npm_package_version: "1", COLUMNS: "80" };
    assert.deepEqual(describeRecipeChange(sampleRecipe({ env }), sampleRecipe({ env: { PATH: "/b" } })), []);
  });

  it("names variables and settings, and never a value", () => {
    const before = sampleRecipe({ env: { A: "secret one", B: "1", C: "1" }, args: [] });
    const after = sampleRecipe({ env: { A: "secret two", B: "1", D: "1" }, args: ["secret three"], drainTimeout: 1 });
    const said = describeRecipeChange(before, after);
    assert.deepEqual(said, [
      "Variables changed: A.",
      "Variables added: D.",
      "Variables removed: C.",
      "Settings changed: args, drainTimeout.",
    ]);
    assert.doesNotMatch(said.join(), /secret/);
  });

  it("names no more than a person reads", () => {
    const env = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`V${index + 10}`, "1"]));
    const [said = ""] = describeRecipeChange(sampleRecipe({ env: {} }), sampleRecipe({ env }));
    assert.match(said, /^Variables added: V10, .*, V29, … \(5\)\.$/);
  });
});
