export interface AddonPackaging {
  /** Absolute path of the addon. */
  readonly file: string;
  /** The package.json of the package it is in. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The level that the worker's Node.js has. */
  readonly supported: number;
}

/**
 * The level of Node-API that an addon was built for, where its packaging tells: its code does not, but for a function
 * that would have to be run, and that few have. Those who build for several levels name the folder `napi-v6`, and all
 * install the best that Node.js has of the levels listed in the package.json
 * (https://github.com/mapbox/node-pre-gyp#n-api-considerations, also honoured by prebuild).
 */
export function addonLevel({ file, manifest, supported }: AddonPackaging): number | undefined {
  const folder = file.split(/[\\/]/).at(-2) ?? "";
  const [, written] = /(?:^|[-_])napi-v(\d+)(?:[-_]|$)/.exec(folder) ?? [];
  if (written !== undefined) {
    return Number(written);
  }
  const { binary } = manifest;
  const listed: unknown = typeof binary === "object" && binary !== null ? Reflect.get(binary, "napi_versions") : [];
  const levels = Array.isArray(listed) ? listed.filter((level) => Number.isInteger(level) && level <= supported) : [];
  return levels.length === 0 ? undefined : Math.max(...levels);
}
