/** The package of `node_modules` that a file belongs to. */
export interface OwningPackage {
  /** Such as `express` or `@scope/name`. */
  readonly name: string;
  /** Absolute path of its folder, as it stands in the file's own path. */
  readonly folder: string;
}

const inPackage = /^(.*[\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/**
 * Found by the innermost `node_modules` of its path, so that nested packages and the layouts of pnpm
 * (`node_modules/.pnpm/name@1.0.0/node_modules/name`) and Yarn are recognized. `undefined` for the user's own files.
 */
export function packageOf(file: string): OwningPackage | undefined {
  const [, before, name] = inPackage.exec(file) ?? [];
  if (before === undefined || name === undefined || name.startsWith(".")) {
    return undefined;
  }
  return { name: name.replace("\\", "/"), folder: before + name };
}
