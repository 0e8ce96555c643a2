const codes = new Set<unknown>(["EPIPE", "ECONNRESET", "ECONNABORTED", "ERR_STREAM_DESTROYED"]);

/** Whether it is an error of a socket whose peer is gone, such as `write EPIPE`. */
export function isPeerGone(error: Error): boolean {
  return codes.has(Reflect.get(error, "code"));
}
