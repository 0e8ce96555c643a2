/** What of the project's own package.json goes into that of the npm package. */
export interface ProjectManifest {
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly engines: { readonly node: string };
  readonly repository?: unknown;
}

export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly repository?: unknown;
  readonly [field: string]: unknown;
}

/**
 * The manifest of the command line. The bundles hold what they need, so it has no dependencies; nothing of it can be
 * imported, so it has no types either.
 * @param repository Address of the repository it is published from, which npm compares with the one it is built in.
 */
export function packageManifest(project: ProjectManifest, repository: unknown): PackageManifest {
  const { version, license, description, keywords, engines } = project;
  return {
    name: "hitless",
    version,
    description,
    keywords: [...keywords, "cli", "pm2 alternative"],
    license,
    ...(repository !== undefined && { repository }),
    type: "commonjs",
    engines: { node: engines.node },
    bin: { hitless: "dist/cli.cjs" },
    exports: {},
    files: ["dist", "schemas", "CHANGELOG.md"],
    publishConfig: { access: "public", provenance: true },
  };
}

/** Where it is published from, as the project says, or its CI does. */
export function repositoryOf(project: ProjectManifest, environment: NodeJS.ProcessEnv): unknown {
  const { HITLESS_REPOSITORY: given, GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = environment;
  const url = given ?? (server !== undefined && name !== undefined ? `git+${server}/${name}.git` : undefined);
  return project.repository ?? (url === undefined ? undefined : { type: "git", url });
}
