/** A library of the app that talks to a cluster primary of its own, which Hitless is not. */
export interface PrimaryProtocol {
  readonly library: string;
  /** What does not work, and the library's switch: sentences for the user. */
  readonly advice: string;
}

interface Row extends PrimaryProtocol {
  /** Whether the library would say this. */
  readonly says: (message: Readonly<Record<string, unknown>>) => boolean;
}

const startsWith = (value: unknown, ...starts: readonly string[]): boolean =>
  typeof value === "string" && starts.some((start) => value.startsWith(start));

/** By what each sends with `process.send`, as read in its source. */
const rows: readonly Row[] = [
  {
    library: "log4js",
    says: ({ topic }) => startsWith(topic, "log4js:"),
    advice:
      "it sends its log events to the cluster primary, where nobody writes them. Set disableClustering: true in log4js.configure().",
  },
  {
    library: "@socket.io/cluster-adapter",
    says: ({ source }) => source === "_sio_adapter",
    advice:
      "it needs setupPrimary() in the cluster primary, so events do not reach the clients of other workers. " +
      "Use an adapter with a server in between (such as @socket.io/redis-adapter), or run one worker.",
  },
  {
    library: "@socket.io/sticky",
    says: ({ type }) => startsWith(type, "sticky:"),
    advice:
      "it needs setupMaster() in the cluster primary. Leave setupWorker() out: let the clients use WebSockets only, or a load balancer be sticky, or run one worker.",
  },
  {
    library: "rate-limiter-flexible (RateLimiterCluster)",
    says: ({ channel }) => channel === "rate_limiter_flexible",
    advice:
      "it counts in the cluster primary, where nobody answers, so that its requests fail after timeoutMs. Use another of its limiters: with a store such as Redis, or RateLimiterMemory for each worker.",
  },
  {
    library: "winston-cluster",
    says: ({ cmd, level, msg }) => cmd === "log" && typeof level === "string" && msg !== undefined,
    advice:
      "it sends its log entries to the cluster primary, where nobody writes them. Use winston's own transports in the workers.",
  },
  {
    library: "cluster-shared-memory",
    says: ({ isSharedMemoryMessage }) => isSharedMemoryMessage === true,
    advice:
      "it keeps its data in the cluster primary, where nobody answers. Use a store such as Redis, or run one worker.",
  },
  {
    library: "@pm2/io, or the app itself,",
    says: ({ type }) => startsWith(type, "axm:", "pm2:", "process:", "human:event"),
    advice:
      "it talks to pm2, which does not run here: its metrics, actions and events are lost. Nothing else is affected.",
  },
];

/** What an app said over `process.send`, if a library of this kind did; `undefined` for everything else. */
export function primaryProtocolOf(message: unknown): PrimaryProtocol | undefined {
  if (typeof message !== "object" || message === null) {
    return undefined;
  }
  return rows.find(({ says }) => says(message as Readonly<Record<string, unknown>>));
}
