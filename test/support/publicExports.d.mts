/** The exports of a module; `globals` are those of every program. Hidden classes are among them by their names. */
export function publicExports(module: string): Promise<Readonly<Record<string, unknown>>>;

/** Names of the functions that a module offers: as its exports, in its objects, and as methods of its classes. */
export function publicFunctions(module: string): Promise<readonly string[]>;
