/** An address that a browser on the same machine can open: a server that listens on all addresses is at `localhost`. */
export function browsableAddress(address: string): string {
  return address.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\]|\[::0\])(?=[:/]|$)/, "$1localhost");
}
