import * as v from "valibot";
import { text } from "./settingKinds.ts";

/** What a person may say about a machine, in `machines` of hitless.json and in `hitless.machines`. */
export const machineSettings = {
  /** As `ssh` takes it. A dash at its beginning would make it one of ssh's options. */
  ssh: text({
    what: "what ssh is to connect to",
    pattern: /^[^\s\p{Cc}-][^\s\p{Cc}]*$/u,
    rule: "must be a destination of ssh, such as an alias of its configuration, user@host or ssh://user@host:2222",
  }),
  /** The machine's shell reads it, so it holds nothing that a shell would interpret. */
  hitless: text({
    what: "the path of the hitless command there",
    pattern: /^[\w@%+=:,./\\~-]+$/,
    rule: "must be a path of letters, digits and the characters _ @ % + = : , . / \\ ~ -",
  }),
} as const;

const { ssh, hitless } = machineSettings;

/** One colon and a number behind it: ssh takes all of it for the name of a host. An address of IPv6 has more colons. */
const hostAndPort = /^([^:/]+):(\d{1,5})$/;

/** What `ssh` is to connect to, as a person writes it. */
export const destinationSchema = v.pipe(
  ssh.written,
  v.check(
    (given) => !hostAndPort.test(given),
    ({ input }) =>
      `has a port behind the host, which ssh takes for a part of the host's name; write ${input.replace(hostAndPort, "ssh://$1:$2")}, or give the port in your ssh configuration`,
  ),
);
const whole = v.strictObject({ ssh: v.optional(destinationSchema), hitless: v.optional(hitless.written) });
const destination = v.pipe(
  destinationSchema,
  v.transform((given): v.InferOutput<typeof whole> => ({ ssh: given })),
);

/** A destination, or an object; one without `ssh` has its name for a destination. */
export const machineSchema = v.lazy((given) => (typeof given === "string" ? destination : whole));

/** The names of machines and fleets. */
export const placeNameSchema = v.pipe(
  v.string(),
  v.regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u, "must have a name of letters, digits and . _ - (at most 64)"),
);
