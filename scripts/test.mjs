import { runPrepared } from "./support/prepare.mjs";

await runPrepared("test.ts");
