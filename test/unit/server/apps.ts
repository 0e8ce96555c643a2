import type { LanguageApp } from "../../../src/shared/language.ts";

export function sampleApp(changes: Partial<LanguageApp> = {}): LanguageApp {
  return {
    key: "api",
    name: "api",
    root: "/srv/api",
    entries: [],
    status: "running · 2 workers",
    startable: false,
    renewable: true,
    active: true,
    workers: 2,
    drainTimeout: 30_000,
    gracefulReload: false,
    ...changes,
  };
}
