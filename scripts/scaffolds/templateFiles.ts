/* The files of templates that need more of the network than a registry of npm: the least that the guide of each framework has. */

type Files = Readonly<Record<string, string>>;

function manifest(scripts: Readonly<Record<string, string>>, more: object = { type: "module" }): string {
  return JSON.stringify({ name: "app", private: true, ...more, scripts }, null, 2);
}

export const koaFiles: Files = {
  "package.json": manifest({ start: "node app.js" }, {}),
  "app.js": `const Koa = require("koa");
const app = new Koa();
app.use((ctx) => { ctx.body = "Hello"; });
app.listen(process.env.PORT || 3000);
`,
};

export const honoFiles: Files = {
  "package.json": manifest({ dev: "tsx watch src/index.ts", build: "tsc", start: "node dist/index.js" }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "ESNext",
      module: "NodeNext",
      strict: true,
      skipLibCheck: true,
      types: ["node"],
      rootDir: "src",
      outDir: "dist",
    },
    include: ["src"],
  }),
  "src/index.ts": `import { serve } from "@hono/node-server";
import { Hono } from "hono";
const app = new Hono();
app.get("/", (c) => c.text("Hello Hono!"));
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, (info) => {
  console.log("Server is running on http://localhost:" + info.port);
});
`,
};

/** The template of create-next-app loads fonts from the network when it is built. */
export const nextFiles: Files = {
  "package.json": manifest({ dev: "next dev", build: "next build", start: "next start" }, {}),
  "app/layout.js":
    'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }\n',
  "app/page.js": `export const dynamic = "force-dynamic";
export default function Page() { return <h1>{Date.now()}</h1>; }
`,
};

export const reactRouterFiles: Files = {
  "package.json": manifest({
    build: "react-router build",
    dev: "react-router dev",
    start: "react-router-serve ./build/server/index.js",
  }),
  "vite.config.js": `import { reactRouter } from "@react-router/dev/vite";
import { defineConfig } from "vite";
export default defineConfig({ plugins: [reactRouter()] });
`,
  "react-router.config.js": "export default { ssr: true };\n",
  "app/routes.js": `import { index } from "@react-router/dev/routes";
export default [index("routes/home.jsx")];
`,
  "app/routes/home.jsx": "export default function Home() { return <h1>Hello</h1>; }\n",
  "app/root.jsx": `import { Outlet, Scripts } from "react-router";
export default function App() {
  return <html lang="en"><head><title>app</title></head><body><Outlet /><Scripts /></body></html>;
}
`,
};

export const astroFiles: Files = {
  "package.json": manifest({ dev: "astro dev", build: "astro build", preview: "astro preview", astro: "astro" }),
  "astro.config.mjs": `import node from "@astrojs/node";
import { defineConfig } from "astro/config";
export default defineConfig({ output: "server", adapter: node({ mode: "standalone" }) });
`,
  "src/pages/index.astro": '<html lang="en"><head><title>app</title></head><body><h1>{Date.now()}</h1></body></html>\n',
};

export const nuxtFiles: Files = {
  "package.json": manifest({
    build: "nuxt build",
    dev: "nuxt dev",
    generate: "nuxt generate",
    preview: "nuxt preview",
    postinstall: "nuxt prepare",
  }),
  "nuxt.config.ts": 'export default defineNuxtConfig({ compatibilityDate: "2025-07-15" });\n',
  "app/app.vue": "<template><h1>Hello</h1></template>\n",
};
