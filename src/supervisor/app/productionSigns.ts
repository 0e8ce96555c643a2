/** A variable of the app's environment by which real users or their data may be behind it. Its value is never told. */
export interface ProductionSign {
  readonly name: string;
  /** Its value says "production", or names a machine elsewhere as that of a database or queue. */
  readonly why: "production" | "elsewhere";
}

const stores: ReadonlySet<string> = new Set([
  "amqp:",
  "amqps:",
  "kafka:",
  "mariadb:",
  "mongodb+srv:",
  "mongodb:",
  "mssql:",
  "mysql:",
  "nats:",
  "postgres:",
  "postgresql:",
  "redis:",
  "rediss:",
  "sqlserver:",
]);

/** Names that say which kind of place it is; their value is that place. */
const places = new Set(["NODE_ENV", "APP_ENV", "ENVIRONMENT", "RAILS_ENV", "VERCEL_ENV", "DEPLOY_ENV"]);

/** Finds what says that this is production; at most ten of them. */
export function productionSigns(environment: Readonly<Record<string, string>>): ProductionSign[] {
  const signs: ProductionSign[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (places.has(name.toUpperCase()) && /^prod(?:uction)?$/i.test(value.trim())) {
      signs.push({ name, why: "production" });
    } else if (isElsewhere(value)) {
      signs.push({ name, why: "elsewhere" });
    }
  }
  return signs.sort((a, b) => a.name.localeCompare(b.name)).slice(0, 10);
}

function isElsewhere(value: string): boolean {
  if (!URL.canParse(value)) {
    return false;
  }
  const { protocol, hostname } = new URL(value);
  // A name without a dot is a service of the same composition of containers.
  return stores.has(protocol) && hostname.includes(".") && !isThisMachine(hostname);
}

function isThisMachine(hostname: string): boolean {
  return (
    hostname.startsWith("127.") ||
    hostname === "0.0.0.0" ||
    hostname.endsWith(".localhost") ||
    hostname === "host.docker.internal"
  );
}
