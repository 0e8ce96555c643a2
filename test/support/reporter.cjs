// Shows a mocha run to the person as mocha's "spec" does, and writes mocha's "json" report beside it, from which
// scripts/test.ts counts. Mocha itself takes one reporter only. CommonJS: mocha loads reporters with `require`.
const { reporters } = require("mocha");

module.exports = class SpecAndJson {
  constructor(runner, options) {
    this.spec = new reporters.Spec(runner, options);
    this.json = new reporters.JSON(runner, options);
    this.firstTries = new Map();
    // Why a test had to be tried again is written down with its pass; mocha forgets it.
    runner.on("retry", (test, error) => this.firstTries.set(test.fullTitle(), error));
    runner.on("pass", (test) => {
      test.err ??= this.firstTries.get(test.fullTitle());
    });
  }
};
