// `npm run bench:picture`: rehearses a renewal of the same app by nodemon, pm2 and Hitless, draws the picture that leads
// the README, and writes what it shows beside it in words.
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { savePicture } from "../scripts/support/savePicture.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { projectRoot } from "../test/support/paths.ts";
import { describeMachine } from "./machine.ts";
import { hitlessPeer } from "./peers/hitless.ts";
import { nodemonPeer } from "./peers/nodemon.ts";
import { pm2Peer } from "./peers/pm2.ts";
import { type Colours, count, drawCourses, pictureSize } from "./picture/drawCourses.ts";
import { type Course, plan, rehearsePeer } from "./picture/rehearsePeer.ts";

const workers = 2;
const peers = [nodemonPeer, pm2Peer(false), hitlessPeer("roundRobin", "Hitless")];
const imagesFolder = join(projectRoot, "docs", "images");
const readme = join(projectRoot, "README.md");
const marks = { begin: "<!-- written by npm run bench:picture -->", end: "<!-- end of the picture -->" };

const themes: Readonly<Record<"light" | "dark", Colours>> = {
  light: {
    ground: "#ffffff",
    text: "#1f2328",
    dim: "#59636e",
    line: "#d1d9e0",
    band: "#0969da1a",
    good: "#1a7f37",
    bad: "#d1242f",
    median: "#0969da",
    slowest: "#8250df",
  },
  dark: {
    ground: "#0d1117",
    text: "#e6edf3",
    dim: "#9198a1",
    line: "#3d444d",
    band: "#4493f826",
    good: "#3fb950",
    bad: "#f85149",
    median: "#4493f8",
    slowest: "#ab7df8",
  },
};

const busy = loadavg()[0] ?? 0;
const courses: Course[] = [];
for (const peer of peers) {
  process.stderr.write(`${peer.name}\n`);
  const course = await rehearsePeer(peer, workers);
  process.stderr.write(`  ${inWords(course)}; ${course.reasons.join(", ")}\n`);
  courses.push(course);
}
await drawAll();
writeWords();

async function drawAll(): Promise<void> {
  const browser = await launchChromium();
  try {
    for (const [name, colours] of Object.entries(themes)) {
      const page = await browser.newPage({ viewport: pictureSize, deviceScaleFactor: 1.5 });
      const svg = drawCourses(courses, `${plan.connections} connections, ${plan.rate} requests/s`, colours);
      await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
      await savePicture(page, join(imagesFolder, `rehearsal-${name}.webp`));
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

/** What the picture shows, for those who don't see it, and how it came about. */
function writeWords(): void {
  const date = new Date().toISOString().slice(0, 10);
  const alternative = `The same app renewed in three ways. ${courses.map(inWords).join(". ")}`;
  const load = `${plan.connections} strict keep-alive clients, ${plan.rate} requests a second, nothing retried`;
  const caption = [
    `*One renewal each of the same app, which has no shutdown code of its own: ${load}.`,
    `nodemon runs one process and renews it on a save; the others run ${workers} workers.`,
    `Measured on ${date} on ${describeMachine()} (load average before: ${busy.toFixed(1)});`,
    "`npm run bench:picture` does it on yours.*",
  ].join(" ");
  const text = readFileSync(readme, "utf8");
  const from = text.indexOf(marks.begin);
  const until = text.indexOf(marks.end);
  if (from === -1 || until < from) {
    throw new Error(`README.md has no place for the picture: ${marks.begin} … ${marks.end}`);
  }
  const block = `${marks.begin}\n![${alternative}](docs/images/rehearsal-light.webp)\n\n${caption}\n`;
  writeFileSync(readme, text.slice(0, from) + block + text.slice(until));
}

function inWords({ name, version, requests, failed, reopened }: Course): string {
  return `${name} ${version}: ${count(failed)} of ${count(requests)} requests failed, ${count(reopened)} connections reopened`;
}
