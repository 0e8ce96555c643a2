import type { RunCommand } from "../machines/runCommand.ts";
import { runHere } from "./runHere.ts";

/** Characters of each output that are kept. */
const mostOutput = 1_048_576;

/** Runs a program on this computer, as `RunCommand` has it. */
export const runLocally: RunCommand = async (argv, { stdin, signal, deadlineMs }) => {
  const output = { stdout: "", stderr: "" };
  const code = await runHere(
    { argv: [...argv], deadlineMs, ...(stdin !== undefined && { stdin }) },
    {
      receive: async (stream, text) => {
        output[stream] = (output[stream] + text).slice(-mostOutput);
      },
      signal: signal ?? new AbortController().signal,
    },
  );
  return { code, ...output };
};
