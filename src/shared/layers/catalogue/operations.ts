/**
 * What the operating system is asked to do, and by what: Linux, macOS, Windows; several parted by spaces, empty when it
 * needs nothing or can't. Linux by system calls as `strace` shows them on x64 with a current libuv and glibc. macOS and
 * Windows by the function of the system that libuv (or OpenSSL, c-ares, SQLite) calls.
 */
export const operations = {
  // files
  access: ["access", "access", "GetFileAttributesW"],
  chmod: ["chmod", "chmod", "CreateFileW NtSetInformationFile"],
  chown: ["chown", "chown", ""],
  clone: ["copy_file_range", "copyfile", "CopyFileW"],
  close: ["close", "close", "CloseHandle"],
  fchmod: ["fchmod", "fchmod", "NtSetInformationFile"],
  fchown: ["fchown", "fchown", ""],
  fdatasync: ["fdatasync", "fcntl", "FlushFileBuffers"],
  fstat: ["statx", "fstat64", "NtQueryInformationFile"],
  fsync: ["fsync", "fcntl", "FlushFileBuffers"],
  ftruncate: ["ftruncate", "ftruncate", "NtSetInformationFile"],
  futimes: ["utimensat", "futimens", "SetFileTime"],
  lchown: ["lchown", "lchown", ""],
  link: ["link", "link", "CreateHardLinkW"],
  list: ["getdents64", "getdirentries64", "NtQueryDirectoryFile"],
  lock: ["fcntl", "fcntl", "LockFileEx"],
  lstat: ["statx", "lstat64", "CreateFileW NtQueryInformationFile"],
  mkdir: ["mkdir", "mkdir", "CreateDirectoryW"],
  open: ["openat", "open", "CreateFileW"],
  pread: ["pread64", "pread", "ReadFile"],
  preadv: ["preadv", "preadv", "ReadFile"],
  pwrite: ["pwrite64", "pwrite", "WriteFile"],
  read: ["read", "read", "ReadFile"],
  readlink: ["readlink", "readlink", "CreateFileW DeviceIoControl"],
  realpath: ["readlink", "realpath", "CreateFileW GetFinalPathNameByHandleW"],
  rename: ["rename", "rename", "MoveFileExW"],
  rmdir: ["rmdir", "rmdir", "CreateFileW NtSetInformationFile"],
  stat: ["statx", "stat64", "CreateFileW NtQueryInformationFile"],
  statfs: ["statfs", "statfs64", "GetDiskFreeSpaceW"],
  symlink: ["symlink", "symlink", "CreateSymbolicLinkW"],
  unlink: ["unlink", "unlink", "CreateFileW NtSetInformationFile"],
  utimes: ["utimensat", "utimensat", "CreateFileW SetFileTime"],
  watch: ["inotify_init1 inotify_add_watch", "kevent", "CreateFileW ReadDirectoryChangesW"],
  write: ["write", "write", "WriteFile"],
  writev: ["writev", "writev", "WriteFile"],

  // sockets
  accept: ["accept4", "accept", "AcceptEx"],
  bind: ["bind", "bind", "bind"],
  connect: ["connect", "connect", "ConnectEx"],
  getpeername: ["getpeername", "getpeername", "getpeername"],
  getsockname: ["getsockname", "getsockname", "getsockname"],
  getsockopt: ["getsockopt", "getsockopt", "getsockopt"],
  hangUp: ["close", "close", "closesocket"],
  listen: ["listen", "listen", "listen"],
  query: ["sendto", "sendto", "WSASendTo"],
  receive: ["read", "read", "WSARecv"],
  receiveAnswer: ["recvfrom", "recvfrom", "WSARecvFrom"],
  send: ["write", "write", "WSASend"],
  sendDatagram: ["sendmsg", "sendmsg", "WSASendTo"],
  sendMany: ["writev", "writev", "WSASend"],
  setsockopt: ["setsockopt", "setsockopt", "setsockopt"],
  shutdown: ["shutdown", "shutdown", "WSASendDisconnect"],
  socket: ["socket", "socket", "WSASocketW"],
  unconnect: ["connect", "connect", "WSAConnect"],

  // names
  nameOf: ["openat read close socket connect", "getnameinfo", "GetNameInfoW"],
  addressOf: ["openat read close socket connect", "getaddrinfo", "GetAddrInfoW"],

  // waiting
  poll: ["epoll_pwait", "kevent", "GetQueuedCompletionStatusEx"],

  // processes and threads
  chdir: ["chdir", "chdir", "SetCurrentDirectoryW"],
  execve: ["execve", "execve", ""],
  exit: ["exit_group", "exit", "ExitProcess"],
  kill: ["kill", "kill", "TerminateProcess"],
  raise: ["tgkill", "kill", "TerminateProcess"],
  spawn: ["clone execve", "posix_spawn", "CreateProcessW"],
  thread: ["clone3", "bsdthread_create", "CreateThread"],
  wait: ["wait4", "wait4", "RegisterWaitForSingleObject"],
  load: ["openat", "dlopen", "LoadLibraryExW"],
  umask: ["umask", "umask", "_umask"],

  // who
  getegid: ["getegid", "getegid", ""],
  geteuid: ["geteuid", "geteuid", ""],
  getgid: ["getgid", "getgid", ""],
  getgroups: ["getgroups", "getgroups", ""],
  getuid: ["getuid", "getuid", ""],
  setegid: ["setresgid", "setegid", ""],
  seteuid: ["setresuid", "seteuid", ""],
  setgid: ["setgid", "setgid", ""],
  setgroups: ["setgroups", "setgroups", ""],
  initgroups: ["setgroups", "initgroups", ""],
  setuid: ["setuid", "setuid", ""],
  account: ["geteuid openat read close", "getpwuid_r", "GetUserProfileDirectoryW"],

  // the machine
  affinity: ["sched_getaffinity", "sysctlbyname", "GetProcessAffinityMask"],
  cpus: ["openat read close", "host_processor_info", "NtQuerySystemInformation"],
  getpriority: ["getpriority", "getpriority", "GetPriorityClass"],
  setpriority: ["setpriority", "setpriority", "SetPriorityClass"],
  hostname: ["uname", "gethostname", "GetHostNameW"],
  interfaces: ["socket bind sendto recvmsg close", "getifaddrs", "GetAdaptersAddresses"],
  limits: ["openat read close", "sysctlbyname", "GlobalMemoryStatusEx"],
  freeMemory: ["openat read close", "host_statistics64", "GlobalMemoryStatusEx"],
  totalMemory: ["openat read close", "sysctlbyname", "GlobalMemoryStatusEx"],
  loadavg: ["openat read close", "sysctl", ""],
  rss: ["openat read close", "task_info", "GetProcessMemoryInfo"],
  rusage: ["getrusage", "getrusage", "GetProcessTimes"],
  threadUsage: ["getrusage", "thread_info", "GetThreadTimes"],
  uptime: ["openat read close", "sysctl", "GetTickCount64"],
  console: ["write", "write", "WriteConsoleW"],
  terminal: ["ioctl", "ioctl", "GetConsoleMode"],
  setTerminal: ["ioctl", "ioctl", "SetConsoleMode"],

  // sqlite etc
} as const satisfies Record<string, readonly [linux: string, macos: string, windows: string]>;

export type Operation = keyof typeof operations;
