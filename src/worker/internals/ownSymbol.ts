/** A property that Node keeps under a symbol of its own. */
export function own(object: object, description: string): object | undefined {
  const symbol = Object.getOwnPropertySymbols(object).find((candidate) => candidate.description === description);
  const value: unknown = symbol === undefined ? undefined : Reflect.get(object, symbol);
  return typeof value === "object" && value !== null ? value : undefined;
}
