import { createInterface } from "node:readline/promises";
import type { Output } from "./output.ts";

/** Asks a question that is answered with y or n; anything but yes counts as no, and so does the end of the input. */
export async function confirm(output: Output, question: string): Promise<boolean> {
  await output.write(`${question} [y/N] `);
  const lines = createInterface({ input: process.stdin });
  try {
    const { value } = await lines[Symbol.asyncIterator]().next();
    return /^y(?:es)?$/i.test(String(value ?? "").trim());
  } finally {
    lines.close();
  }
}
