import { astroFiles, honoFiles, koaFiles, nextFiles, nuxtFiles, reactRouterFiles } from "./templateFiles.ts";

/** One `npm create` template or its like. */
export interface Scaffold {
  /** Its folder in the work folder, where the app is in `app`. */
  readonly name: string;
  /** Where the template comes from no registry of npm: its files, with a package.json, as the framework's guide has them. */
  readonly files?: Readonly<Record<string, string>>;
  /** Words after `npm`, one command after the other: without `files` the first in the folder of its name, all others in `app`. */
  readonly create: readonly (readonly string[])[];
  /** A text of a file, and what a person puts in its place to run the app on Node.js. */
  readonly edit?: Readonly<Record<string, readonly [string, string]>>;
  /** Scripts of package.json that are run last. */
  readonly build?: readonly string[];
}

/** The scaffolds that are started without a setting. */
export const scaffolds: readonly Scaffold[] = [
  { name: "express-generator", create: [program("express-generator", "express", "--no-view", "app"), ["install"]] },
  { name: "koa", files: koaFiles, create: [["install", "koa"]] },
  { name: "fastify-cli", create: [program("fastify-cli", "fastify", "generate", "app"), ["install"]] },
  {
    name: "hono",
    files: honoFiles,
    create: [["install", "hono", "@hono/node-server", "typescript", "tsx", "@types/node"]],
    build: ["build"],
  },
  {
    name: "nest",
    create: [program("@nestjs/cli", "nest", "new", "app", "--package-manager", "npm", "--skip-git")],
    build: ["build"],
  },
  { name: "next", files: nextFiles, create: [["install", "next", "react", "react-dom"]], build: ["build"] },
  {
    name: "react-router",
    files: reactRouterFiles,
    create: [
      [
        "install",
        "react",
        "react-dom",
        "react-router@7.9.6",
        "@react-router/node@7.9.6",
        "@react-router/serve@7.9.6",
        "isbot",
      ],
      ["install", "--save-dev", "@react-router/dev@7.9.6", "vite@7", "typescript"],
    ],
    build: ["build"],
  },
  {
    name: "sveltekit",
    create: [
      program(
        "sv",
        "sv",
        "create",
        "app",
        ...["--template", "minimal", "--types", "ts"],
        "--no-add-ons",
        "--install",
        "npm",
      ),
      ["install", "--save-dev", "@sveltejs/adapter-node@5"],
    ],
    edit: { "svelte.config.js": ["adapter-auto", "adapter-node"], "vite.config.ts": ["adapter-auto", "adapter-node"] },
    build: ["build"],
  },
  { name: "astro", files: astroFiles, create: [["install", "astro", "@astrojs/node"]], build: ["build"] },
  { name: "nuxt", files: nuxtFiles, create: [["install", "nuxt", "vue", "vue-router"]], build: ["build"] },
];

/** Runs a program of the newest version of a package. */
function program(from: string, name: string, ...args: string[]): string[] {
  return ["exec", "--yes", `--package=${from}@latest`, "--", name, ...args];
}
