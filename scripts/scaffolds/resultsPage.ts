import process from "node:process";
import type { ScaffoldResult } from "./tryScaffold.ts";

/** The page for a person: what of each scaffold was started, and what its clients noticed. */
export function resultsPage(results: readonly ScaffoldResult[]): string {
  const rows = results.map(({ name, runs = "", foundBy = "", requests, failed, reopened, trouble }) => {
    const [problem = ""] = (trouble ?? "").split("\n");
    return `| ${[name, runs && `\`${runs}\``, foundBy, requests, failed, reopened, problem.replaceAll("|", "\\|")].join(" | ")} |`;
  });
  return `# Scaffolds

\`npm run test:scaffolds\` makes an app of each template as its own guide says, builds it, starts it with
\`hitless start\` and no setting, and reloads it three times while 20 connections ask for its first page on and on; nothing is
asked twice. *Reopened* are connections that the app or Hitless has closed in the way of HTTP.

Last run: Node.js ${process.version}, ${process.platform}.

| template | runs | found by | requests | failed | reopened | trouble |
|---|---|---|---|---|---|---|
${rows.join("\n")}

Next.js listens first and prepares itself then: requests to a new worker wait until it has, 1.5 s after the listen on a busy machine and
more on a fuller one, while the old workers are told to go. With \`readyUrl\` set to a page of the app
(\`--ready-url http://127.0.0.1:3000/\`) the old ones serve until the new ones have answered.
`;
}
