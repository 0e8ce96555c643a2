/** `127.0.0.1:3000`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: number | string): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
