/** Why watching failed, and what to do about it, in sentences for the user. */
export function explainWatchError(error: unknown): string {
  const code = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (code === "ENOSPC") {
    return "The system allows no more watched files (inotify). Raise the limit with: sudo sysctl fs.inotify.max_user_watches=524288, or name folders that need no watching in watch.exclude.";
  }
  if (code === "EMFILE" || code === "ENFILE") {
    return process.platform === "linux"
      ? "Too many programs of this user watch files (inotify). Raise the limit with: sudo sysctl fs.inotify.max_user_instances=512."
      : "Too many files are open. Raise the limit (ulimit -n), or name folders that need no watching in watch.exclude.";
  }
  return `The files can't be watched: ${message}.`;
}
