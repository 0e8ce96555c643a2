/** Identifies an app as long as it has the same name in the same folder. */
export function appKey(root: string, name: string): string {
  return `${root}#${name}`;
}
