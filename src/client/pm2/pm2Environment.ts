import type { Pm2Finding } from "./pm2Finding.ts";
import { foreignOf } from "./reader/plainValue.ts";

/** The variables that a pm2 app says, and what is to be told of them. */
export interface Pm2Environment {
  readonly env: Readonly<Record<string, string>>;
  readonly findings: readonly Pm2Finding[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The variables of an app as pm2 merges them: those of `deploy.NAME.env`, then `env`, then `env_NAME`.
 * @param name Of `--env`.
 */
export function pm2Environment(app: Fields, name: string | undefined, deploy: Fields): Pm2Environment {
  const findings: Pm2Finding[] = [];
  const tell = (option: string, verdict: Pm2Finding["verdict"], text: string) =>
    findings.push({ option, verdict, text });
  const env: Record<string, string> = {};
  const add = (option: string, variables: unknown) => {
    if (!isTable(variables)) {
      tell(option, "ignoredByPm2", "it is no object of variables");
      return;
    }
    for (const [key, value] of Object.entries(variables)) {
      const foreign = foreignOf(value);
      if (foreign !== undefined || value === undefined) {
        tell(`${option}.${key}`, "notSupported", `a variable is a text, not ${foreign ?? "undefined"}`);
      } else {
        env[key] = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
      }
    }
  };
  const ofDeployment = name === undefined ? undefined : (deploy[name] as Fields | undefined)?.env;
  if (ofDeployment !== undefined) {
    add(`deploy.${name}.env`, ofDeployment);
    tell(`deploy.${name}.env`, "equal", "its variables are the first, env wins over them");
  }
  if (app.env !== undefined && app.env !== null) {
    add("env", app.env);
    tell("env", "equal", `env (${names(app.env)})`);
  }
  const others = Object.keys(app).filter((key) => key.startsWith("env_"));
  for (const key of others) {
    if (key === `env_${name}`) {
      add(key, app[key]);
      tell(key, "equal", `over env (${names(app[key])})`);
    } else {
      tell(key, "notNeeded", `it is for --env ${key.slice("env_".length)}`);
    }
  }
  if (name !== undefined && !others.includes(`env_${name}`)) {
    tell(`--env ${name}`, "ignoredByPm2", `the app has no env_${name}, so it changes nothing`);
  }
  return { env, findings };
}

function names(variables: unknown): string {
  return isTable(variables) ? Object.keys(variables).join(", ") || "empty" : "none";
}

export function isTable(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
