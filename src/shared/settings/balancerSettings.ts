import * as v from "valibot";

const commandWords = v.pipe(
  v.array(v.string("must be a string"), "must be an array of strings"),
  v.minLength(1, "must not be empty; give a program and its arguments"),
);
const name = v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty; give a name"));
const absolutePath = v.pipe(
  v.string("must be a string"),
  v.regex(/^\/[^\r\n\0]*$/, "must be an absolute path on the balancer"),
);
const time = v.pipe(
  v.number("must be a number of milliseconds"),
  v.integer("must be a whole number of milliseconds"),
  v.minValue(1, "must be at least 1 (milliseconds)"),
  v.maxValue(2_147_483_647, "must be at most 2147483647 (milliseconds)"),
);

/** What all balancers have in which Hitless itself does something. */
const onBalancer = {
  /** The machine of `hitless.machines` that the balancer runs on; without one: this computer. */
  machine: v.optional(name),
  /** Words before each command there, such as `["sudo", "-n"]`; default: none. */
  prefix: v.optional(commandWords),
  /** Milliseconds until a machine that was taken out has nothing to do any more, or serves again; default 60,000. */
  drainTimeout: v.optional(time),
};

const backendServer = v.pipe(
  v.string("must be a string"),
  v.regex(/^[\w.:-]+\/[\w.:-]+$/, 'must name a backend and a server, such as "app/web1"'),
);

/** HAProxy, told over its runtime socket. */
const haproxySchema = v.strictObject({
  kind: v.literal("haproxy"),
  ...onBalancer,
  /** A Unix socket or `address:port`; default `/run/haproxy/admin.sock`. Its level must be `admin`. */
  socket: v.optional(
    v.pipe(
      v.string("must be a string"),
      v.regex(/^(?:\/[^\s,]+|[\w.-]+:\d{1,5})$/, "must be an absolute path or address:port"),
    ),
  ),
  /** A program that connects its stdin and stdout to the socket; default: the first of socat, nc, perl, python3 there. */
  connect: v.optional(commandWords),
  /** The configuration that `fleet check` reads; default `/etc/haproxy/haproxy.cfg`. */
  config: v.optional(absolutePath),
  /** By the names of the fleet's machines: `backend/server`, or several of them. */
  servers: v.record(
    v.string(),
    v.union([backendServer, v.array(backendServer)], 'must name a backend and a server, such as "app/web1"'),
    "must be an object of strings",
  ),
});
export type HaproxySettings = v.InferOutput<typeof haproxySchema>;

/** nginx, told by a list of servers in a file that Hitless writes. */
const nginxSchema = v.strictObject({
  kind: v.literal("nginx"),
  ...onBalancer,
  /** The program and its arguments, such as `["/opt/nginx/sbin/nginx", "-c", "/opt/nginx.conf"]`; default `["nginx"]`. */
  nginx: v.optional(commandWords),
  /** The file with the servers, which an `upstream` block includes. */
  include: absolutePath,
  /** By the names of the fleet's machines: address and parameters as behind `server`, such as `10.0.0.1:3000 max_fails=3`. */
  servers: v.record(
    v.string(),
    v.pipe(
      v.string("must be a string"),
      v.regex(
        /^[\w.:[\]-]+(?: [\w=.:-]+)*$/,
        'must be an address and parameters as behind server, such as "10.0.0.1:3000 max_fails=3"',
      ),
    ),
    "must be an object of strings",
  ),
  /** Reload an nginx that resets idle connections of clients in doing so; default false. */
  acceptResets: v.optional(v.boolean("must be true or false")),
});
export type NginxSettings = v.InferOutput<typeof nginxSchema>;

/** Any other, told by commands of the user. `{machine}` in a word becomes the machine's name. */
const commandsSchema = v.strictObject({
  kind: v.literal("commands"),
  ...onBalancer,
  /** Takes a machine out, and ends when it has nothing to do any more. */
  drain: commandWords,
  /** Puts it back, and ends when it is given requests again. */
  undrain: commandWords,
  /** Says by exit code 0 that the two can do their work; run before anything is touched. */
  check: v.optional(commandWords),
});
export type CommandsSettings = v.InferOutput<typeof commandsSchema>;

/** A balancer that is not told, and finds out by itself that a machine does not answer. */
const noneSchema = v.strictObject({
  kind: v.literal("none"),
  machine: v.optional(name),
  prefix: v.optional(commandWords),
  /** Whose configuration is read there; without it `failTimeout` is believed. */
  reads: v.optional(v.picklist(["nginx", "haproxy"], 'must be "nginx" or "haproxy"')),
  /** Milliseconds for which the balancer passes a machine over that has failed; default 10,000, as of nginx. */
  failTimeout: v.optional(time),
});
export type NoneSettings = v.InferOutput<typeof noneSchema>;

/** How a fleet takes a machine out of its balancer before it restarts something there. */
export const balancerSchema = v.variant(
  "kind",
  [haproxySchema, nginxSchema, commandsSchema, noneSchema],
  'must be an object with a kind: "haproxy", "nginx", "commands" or "none"',
);
export type BalancerSettings = v.InferOutput<typeof balancerSchema>;
