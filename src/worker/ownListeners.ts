const own = new WeakSet<object>();

/** Marks a listener for connections, or what comes on them, that this preload adds to a server of the app. Returns it. */
export function ownListener<Listener extends object>(listener: Listener): Listener {
  own.add(listener);
  return listener;
}

export function isOwnListener(listener: object): boolean {
  return own.has(listener);
}
