import type { CliContext } from "../../../src/cli/cliContext.ts";
import type { Output } from "../../../src/cli/terminal/output.ts";
import { plain } from "../../../src/cli/terminal/paint.ts";

interface MemoryOutput extends Output {
  readonly text: string;
}

/** An output that keeps what is written to it. */
function memoryOutput(): MemoryOutput {
  let text = "";
  return {
    get text() {
      return text;
    },
    isTerminal: false,
    columns: 80,
    paint: plain,
    write: async (piece) => {
      text += piece;
    },
    flush: async () => undefined,
    giveUp: () => undefined,
    onDidBreak: () => undefined,
  };
}

export interface MemoryContext extends CliContext {
  readonly stdout: MemoryOutput;
  readonly stderr: MemoryOutput;
}

export function memoryContext(changes: Partial<CliContext> = {}): MemoryContext {
  return {
    cwd: "/nowhere",
    environment: {},
    atEnd: [],
    identity: { name: "test", version: "1.2.3" },
    supervisorFile: "/nowhere/supervisor.cjs",
    ...changes,
    stdout: memoryOutput(),
    stderr: memoryOutput(),
  };
}
