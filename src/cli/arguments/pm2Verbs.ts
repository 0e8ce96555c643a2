/** Commands of pm2 that are called otherwise here, and mean the same. */
export const pm2Verbs: Readonly<Record<string, string>> = {
  ls: "list",
  ps: "list",
  describe: "status",
  show: "status",
  info: "status",
  delete: "stop",
  del: "stop",
};

/** What to do in place of commands of pm2 that Hitless has no need for. */
export const pm2Advice: Readonly<Record<string, string>> = {
  dash: "write: hitless monit",
  flush: "the output is kept in memory, within bounds; nothing is to be emptied",
  reloadLogs: "no log file is kept open; see: hitless logs NAME",
  save: "nothing is to be saved: hitless.json and a unit of systemd say what starts; see: hitless systemd --help",
  startup: "let systemd start the app; see: hitless systemd --help",
  resurrect: "let systemd start the app; see: hitless systemd --help",
  deploy: "see: hitless fleet --help, and docs/machines.md",
  jlist: "write: hitless list --json",
  prettylist: "write: hitless list --json",
  startOrReload: "write: hitless reload FILE, which starts what does not run",
  startOrRestart: "write: hitless reload FILE, which starts what does not run",
  gracefulReload: "write: hitless graceful-reload NAME",
};
