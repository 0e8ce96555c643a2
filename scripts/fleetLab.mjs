import { runPrepared } from "./support/prepare.mjs";

await runPrepared("fleetLab.ts");
