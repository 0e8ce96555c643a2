import * as v from "valibot";
import { type SettingFacts, text, toggle, wholeNumber } from "./settingKinds.ts";

/** Bytes of a size's unit. */
const units = { K: 1_024, M: 1_048_576, G: 1_073_741_824 } as const;

/** A smaller file would be rotated again and again. */
const leastSize = 10_240;

const sizeRule = 'must be a size from "10K", such as "500K", "10M" or "1G"';

/** Bytes of a size such as `10M`; `undefined` if it is none. */
export function sizeInBytes(written: string): number | undefined {
  const [, digits, unit] = /^(\d{1,6})([KMG])$/.exec(written) ?? [];
  return digits === undefined ? undefined : Number(digits) * units[unit as keyof typeof units];
}

/** An amount of bytes with its unit. */
function size<const Facts extends SettingFacts>(facts: Facts) {
  const form = v.pipe(v.string(sizeRule), v.regex(/^\d{1,6}[KMG]$/, sizeRule));
  const written = v.pipe(
    form,
    v.check((given) => (sizeInBytes(given) ?? 0) >= leastSize, sizeRule),
  );
  const values = sizeRule.replace("must be ", "");
  return { kind: "text" as const, written, carried: v.string(), values, ...facts };
}

/** `true`, or a pattern of dates. */
function datePattern<const Facts extends SettingFacts>(facts: Facts) {
  const rule = 'must be true, false or a pattern such as "YYYY-MM-DD HH:mm:ss"';
  const written = v.union([v.boolean(), v.pipe(v.string(), v.nonEmpty(rule))], rule);
  return { kind: "date" as const, written, carried: written, values: rule.replace("must be ", ""), ...facts };
}

/** How the output is kept in files. */
export const logFields = {
  /** Of all workers; relative to the app's folder. */
  file: text({
    what: "a file",
    flag: "File to which the output of all workers is written",
    flagName: "log-file",
    placeholder: "FILE",
  }),
  /** What comes from stderr goes here instead. */
  errorFile: text({
    what: "a file",
    flag: "File to which stderr is written, in place of --log-file",
    flagName: "log-error-file",
    placeholder: "FILE",
  }),
  /** The file is put aside before it becomes larger; absent: never. */
  maxSize: size({
    flag: "Size from which a log file is put aside, such as 10M; default: never",
    flagName: "log-max-size",
    placeholder: "SIZE",
  }),
  /** Of those that were put aside. */
  maxFiles: wholeNumber({
    min: 1,
    max: 1000,
    default: 10,
    flag: "Log files kept that were put aside",
    flagName: "log-max-files",
  }),
  /** Those that were put aside become `.gz`. */
  compress: toggle({ default: false, flag: "Compress log files that were put aside", flagName: "log-compress" }),
  /** Stands in front of each line; `true`: as ISO 8601. */
  date: datePattern({
    flag: "Date in front of each line of the log files: a pattern, or true for ISO 8601",
    flagName: "log-date",
    placeholder: "PATTERN",
  }),
} as const;

const objectRule = "must be an object of file, errorFile, maxSize, maxFiles, compress and date";

/** What flags say, which may be a part of it. */
export const logPartsSchema = v.strictObject(
  {
    file: v.optional(logFields.file.written),
    errorFile: v.optional(logFields.errorFile.written),
    maxSize: v.optional(logFields.maxSize.written),
    maxFiles: v.optional(logFields.maxFiles.written),
    compress: v.optional(logFields.compress.written),
    date: v.optional(logFields.date.written),
  },
  objectRule,
);

const written = v.pipe(
  logPartsSchema,
  v.check(({ file, errorFile }) => (file ?? errorFile) !== undefined, "must name a file; give file, errorFile or both"),
  v.check(
    ({ maxSize, maxFiles, compress = false }) => maxSize !== undefined || (maxFiles === undefined && !compress),
    "has maxFiles or compress, but nothing is put aside without maxSize; give maxSize",
  ),
);

const carried = v.strictObject({
  file: v.optional(v.string()),
  errorFile: v.optional(v.string()),
  maxSize: v.optional(v.string()),
  maxFiles: v.optional(v.number()),
  compress: v.optional(v.boolean()),
  date: v.optional(logFields.date.carried),
});

/** What a recipe says of log files; their paths are absolute. */
export type LogSettings = v.InferOutput<typeof carried>;

/** Files to which the output of the workers is written. */
export const logFiles = { kind: "fields", written, carried, values: "an object", fields: logFields } as const;
