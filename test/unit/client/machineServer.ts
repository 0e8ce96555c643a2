import { serveMachine } from "../../../src/client/remote/serveMachine.ts";

/** What the test's `ssh` runs: the far side, without an ssh between. */
await serveMachine({
  input: process.stdin,
  output: process.stdout,
  version: "1.2.3",
  allowRun: process.argv[2] !== "--no-run",
});
process.exit(0);
