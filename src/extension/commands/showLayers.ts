import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";

/** Shows the layers of the runtime: of an app or worker, or the path of a function of Node.js through them. */
export async function showLayers({ layers }: CommandContext, { app, worker, trace }: CommandTarget): Promise<void> {
  await layers.show({
    ...(app !== undefined && { app }),
    ...(worker !== undefined && { worker }),
    ...(trace !== undefined && { trace }),
  });
}
