export const projectRoot: string;
export function runPrepared(file: string): Promise<void>;
export function giveUp(message: string): never;
export function npmCommand(node?: string): { readonly program: string; readonly args: readonly string[] };
