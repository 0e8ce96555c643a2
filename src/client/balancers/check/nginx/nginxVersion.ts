/** The parts of a version of nginx, such as `[1, 27, 4]`. */
export type NginxVersion = readonly [number, number, number];

/** `proxy_pass` speaks HTTP/1.1 and keeps connections without being told. */
export const keepsUpstreams: NginxVersion = [1, 29, 7];

/**
 * The version in what `nginx -v` writes to stderr. OpenResty counts as the nginx it is built on; of other relatives it is
 * not known which one they are.
 */
export function parseNginxVersion(said: string): NginxVersion | undefined {
  const [, major, minor, patch] = /(?:nginx|openresty)\/(\d+)\.(\d+)\.(\d+)/.exec(said) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Whether a version is that one or newer; not, if it is unknown. */
export function isSince(version: NginxVersion | undefined, wanted: NginxVersion): boolean {
  if (version === undefined) {
    return false;
  }
  const index = version.findIndex((part, position) => part !== wanted[position]);
  return index === -1 || (version[index] ?? 0) > (wanted[index] ?? 0);
}
