import * as v from "valibot";

/** What the process that reads a pm2 file answers. */
export const pm2ReadingSchema = v.variant("kind", [
  v.object({
    kind: v.literal("read"),
    /** What the file says, as `plainValue` has it. */
    value: v.unknown(),
    /** The file is named as a program and holds data, which pm2 would refuse. */
    isData: v.boolean(),
    /** The variables that the file has set in its own process, which pm2 passes on to all apps. */
    variables: v.record(v.string(), v.string()),
  }),
  v.object({
    kind: v.literal("failed"),
    message: v.string(),
    stack: v.string(),
    /** Of Node.js, such as `MODULE_NOT_FOUND`. */
    code: v.optional(v.string()),
  }),
]);
export type Pm2Reading = v.InferOutput<typeof pm2ReadingSchema>;
