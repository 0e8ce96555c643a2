/** An address that a browser on the same machine can open: `localhost` for a server that listens on all addresses. */
export function browsableAddress(address: string): string {
  return address.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\]|\[::0\])(?=[:/]|$)/, "$1localhost");
}
