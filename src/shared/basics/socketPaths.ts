/** Bytes of `sun_path` without its final NUL: https://man7.org/linux/man-pages/man7/unix.7.html, 104 in all on macOS. */
export function longestSocketPath(platform: string): number {
  return platform === "linux" ? 107 : 103;
}
