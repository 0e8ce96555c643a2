export interface GracePeriod {
  clientsChanged(clients: number): void;
}

/** Calls `abandoned` when no client has been connected for `graceMs`, counted from the start too. */
export function createGracePeriod(graceMs: number, abandoned: () => void): GracePeriod {
  let timer: NodeJS.Timeout | undefined = setTimeout(abandoned, graceMs);
  return {
    clientsChanged(clients) {
      clearTimeout(timer);
      timer = clients === 0 ? setTimeout(abandoned, graceMs) : undefined;
    },
  };
}
