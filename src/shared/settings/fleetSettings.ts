import * as v from "valibot";
import { balancerSchema } from "./balancerSettings.ts";
import { choice, list, milliseconds, text, wholeNumber } from "./settingKinds.ts";

const words = list({});
/** A program and its arguments. */
const argv = v.pipe(words.written, v.minLength(1, 'must name a program, as in ["./release.sh"]'));

const verifySettings = {
  /** Asked on the machine itself. */
  url: text({ pattern: /^https?:\/\/[^\s/]\S*$/, rule: "must be an http:// or https:// address" }),
  status: wholeNumber({ min: 100, max: 599, default: 200 }),
  /** How often in a row it must answer so. */
  times: wholeNumber({ min: 1, max: 1_000, default: 3 }),
  /** How long the machine is watched afterwards: no worker may die, and the address must go on answering. */
  watch: milliseconds({ min: 0, default: 0 }),
} as const;

/** What a person may say about a fleet, one app on several machines, in `fleets` of hitless.json and `hitless.fleets`. */
export const fleetSettings = {
  app: text({ what: "the name of the app" }),
  machines: list({}),
  /** How many machines are renewed at a time; always fewer than all. */
  atOnce: wholeNumber({ min: 1, max: 1_000, default: 1 }),
  deploy: list({}),
  /** For `deploy` and `rollback`. */
  commandTimeout: milliseconds({ min: 1, default: 600_000 }),
  /** Between two machines. */
  pause: milliseconds({ min: 0, default: 0 }),
  onFailure: choice({ words: ["stop", "rollback"], default: "stop" }),
  rollback: list({}),
} as const;

const { app, machines, atOnce, commandTimeout, pause, onFailure } = fleetSettings;

export const fleetSchema = v.strictObject({
  app: app.written,
  machines: v.pipe(machines.written, v.minLength(2, "must name at least two machines: one of them has to serve")),
  atOnce: v.optional(atOnce.written, atOnce.default),
  deploy: v.optional(argv),
  verify: v.optional(
    v.strictObject({
      url: verifySettings.url.written,
      status: v.optional(verifySettings.status.written, verifySettings.status.default),
      times: v.optional(verifySettings.times.written, verifySettings.times.default),
      watch: v.optional(verifySettings.watch.written, verifySettings.watch.default),
    }),
  ),
  commandTimeout: v.optional(commandTimeout.written, commandTimeout.default),
  pause: v.optional(pause.written, pause.default),
  onFailure: v.optional(onFailure.written, onFailure.default),
  rollback: v.optional(argv),
  balancer: v.optional(balancerSchema),
});
export type FleetConfig = v.InferOutput<typeof fleetSchema>;
