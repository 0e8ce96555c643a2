import { runPrepared } from "./support/prepare.mjs";

await runPrepared("start.ts");
