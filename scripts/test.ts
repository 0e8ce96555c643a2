// `npm test`: checks, then every test layer. Each layer writes a report; the summary counts from those alone, so a
// layer that crashed, or never ran, is a failure and not a silence. The last line is `N passed, N failed`.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { projectRoot, resultsFolder } from "../test/support/paths.ts";
import { countReport, type LayerCounts, missingTests } from "../test/support/reports.ts";
import { npmCommand } from "./support/prepare.mjs";

interface Step {
  /** The npm script. */
  readonly script: string;
  /** Milliseconds until the step counts as stuck. */
  readonly deadlineMs: number;
  /** File under `test-results`; a step without one counts as one failure if it fails, and else as nothing. */
  readonly report?: string;
  /** The configuration of mocha, of a layer whose files run beside each other: whether all tests ran is looked at afterwards. */
  readonly mocha?: string;
}

const steps: readonly Step[] = [
  { script: "build", deadlineMs: 60_000 },
  { script: "check", deadlineMs: 300_000 },
  { script: "test:unit", deadlineMs: 400_000, report: "unit.json", mocha: "test/unit/.mocharc.json" },
  { script: "test:process", deadlineMs: 1_200_000, report: "process.json", mocha: "test/process/.mocharc.json" },
  { script: "test:vscode", deadlineMs: 780_000, report: "vscode.json" },
  { script: "test:browser", deadlineMs: 780_000, report: "browser.json" },
];

/** Runs when it is named: it needs root and four minutes, and several machines change less often than one. */
const onRequest: Step = { script: "test:fleet", deadlineMs: 600_000, report: "fleet.json" };

/** Takes two minutes on a fresh machine, most of them waiting; the steps that need it try again and tell if it failed. */
const workbench: Step = { script: "workbench", deadlineMs: 600_000 };
const needWorkbench: readonly string[] = ["test:vscode", "test:browser"];
/** From here on the machine is left to the step alone, since what it tests depends on time. */
const needQuiet: readonly string[] = ["test:process", "test:fleet", ...needWorkbench];

const killAfterMs = 10_000;
/** Tests of which it is told at the end why they failed. */
const mostReasons = 12;
const nothing: LayerCounts = { passed: 0, failed: 0, skipped: 0, failures: [], secondTries: [], reasons: new Map() };
const chosen = process.argv.slice(2);
const wanted = [...steps, onRequest].filter(({ script }) =>
  chosen.length === 0 ? script !== onRequest.script : script === "build" || chosen.includes(script),
);
const lines: string[] = [];
const reasons: string[] = [];
const sum: LayerCounts = { ...nothing, failures: [], secondTries: [] };

/** Ends each script that runs. */
const running = new Set<() => void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const stop of running) {
      stop();
    }
    process.exit(130);
  });
}

mkdirSync(resultsFolder, { recursive: true });
for (const { report } of wanted) {
  if (report !== undefined) {
    rmSync(join(resultsFolder, report), { force: true });
  }
}
const installed = wanted.some(({ script }) => needWorkbench.includes(script)) ? runScript(workbench) : undefined;
for (const step of wanted) {
  if (needQuiet.includes(step.script)) {
    await installed;
  }
  process.stdout.write(`\n── ${step.script} ──\n`);
  const started = performance.now();
  const trouble = await runScript(step);
  const counts = countStep(step, trouble);
  sum.passed += counts.passed;
  sum.failed += counts.failed;
  sum.skipped += counts.skipped;
  sum.failures.push(...counts.failures.map((failure) => `${step.script}: ${failure}`));
  sum.secondTries.push(...counts.secondTries.map((test) => `${step.script}: ${test}`));
  for (const [test, reason] of counts.reasons) {
    reasons.push(`${step.script}: ${test}\n${reason.replaceAll(/^/gm, "    ")}`);
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  lines.push(
    `${step.script.padEnd(14)} ${step.report === undefined ? (trouble ?? "ok") : words(counts)}, ${seconds} s`,
  );
}
// Last, since of a long output often only the end is kept.
for (const reason of reasons.slice(0, mostReasons)) {
  process.stdout.write(`\n${reason}\n`);
}
process.stdout.write(`\n${lines.join("\n")}\n`);
for (const failure of sum.failures) {
  process.stdout.write(`✖ ${failure}\n`);
}
for (const test of sum.secondTries) {
  process.stdout.write(`⚠ passed at its second try only, to be mended: ${test}\n`);
}
if (sum.skipped > 0) {
  process.stdout.write(`${sum.skipped} skipped: not for this system\n`);
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`);
process.exitCode = sum.failed > 0 ? 1 : 0;

/** Runs an npm script to its end and says what went wrong with it as a whole; null when nothing did. */
async function runScript({ script, deadlineMs }: Step): Promise<string | null> {
  const npm = npmCommand();
  const child = spawn(npm.program, [...npm.args, "run", "--silent", script], {
    cwd: projectRoot,
    stdio: ["ignore", "inherit", "inherit"],
    detached: process.platform !== "win32",
  });
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(process.platform === "win32" ? (child.pid ?? 0) : -(child.pid ?? 0), signal);
    } catch {
      // It ended meanwhile.
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill("SIGTERM");
    setTimeout(() => kill("SIGKILL"), killAfterMs).unref();
  }, deadlineMs);
  const stop = () => kill("SIGTERM");
  running.add(stop);
  try {
    const [code, signal] = await once(child, "exit");
    if (late) {
      return `was not done after ${deadlineMs / 1_000} s`;
    }
    return code === 0 ? null : `ended with ${signal ?? `exit code ${code}`}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
    running.delete(stop);
  }
}

function countStep(step: Step, trouble: string | null): LayerCounts {
  const counts = countOf(step, trouble);
  if (step.mocha === undefined || step.report === undefined || counts.failed > 0) {
    // After a failure of a hook the rest of its tests does not run.
    return counts;
  }
  try {
    const lost = missingTests(definedTests(step.mocha), readReport(step.report));
    return { ...counts, failed: lost.length, failures: lost.map((title) => `did not run: ${title}`) };
  } catch (error) {
    return { ...counts, failed: 1, failures: [`whether all tests ran is not known: ${String(error)}`] };
  }
}

/** All tests that a layer has. */
function definedTests(config: string): unknown {
  const file = "defined.json";
  const mocha = join(projectRoot, "node_modules", "mocha", "bin", "mocha.js");
  const listed = ["--dry-run", "--no-parallel", "--reporter", "json", "--reporter-option"];
  const args = [mocha, "--config", config, ...listed, `output=${join(resultsFolder, file)}`];
  execFileSync(process.execPath, args, { cwd: projectRoot, stdio: ["ignore", "ignore", "inherit"], timeout: 60_000 });
  return readReport(file);
}

function readReport(file: string): unknown {
  return JSON.parse(readFileSync(join(resultsFolder, file), "utf8"));
}

function countOf({ report }: Step, trouble: string | null): LayerCounts {
  const failed = (why: string): LayerCounts => ({
    ...nothing,
    failed: 1,
    failures: [why],
  });
  if (report === undefined) {
    return trouble === null ? nothing : failed(trouble);
  }
  let counts: LayerCounts;
  try {
    counts = countReport(readReport(report));
  } catch (error) {
    return failed(`no report (${trouble ?? (error instanceof Error ? error.message : "unreadable")})`);
  }
  if (trouble !== null && counts.failed === 0) {
    return { ...counts, failed: 1, failures: [trouble] };
  }
  return counts;
}

function words({ passed, failed, skipped }: LayerCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
