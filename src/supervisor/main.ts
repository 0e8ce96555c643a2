import { watcherArgument } from "./watcher/watchedApp.ts";

/*
 * One program, two processes: the supervisor, and the watcher that it starts. Each loads only what it needs.
 */
if (process.argv[2] === watcherArgument) {
  void import("./watcher/watchSupervisor.ts").then(({ watchSupervisor }) => watchSupervisor());
} else if (process.send === undefined) {
  process.stderr.write('This is the supervisor of Hitless. Start an app with "hitless start" instead.\n');
  process.exitCode = 2;
} else {
  void import("./launched.ts").then(({ awaitLaunch }) => awaitLaunch());
}
