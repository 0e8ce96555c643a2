/**
 * What the operating system is asked to do, and by which calls: Linux, macOS, Windows; separated by spaces, empty when
 * it needs none. Linux as `strace` shows it on x64 with a current libuv and glibc. macOS without the `$NOCANCEL`
 * spellings. Windows by the function that libuv calls, be it of kernel32, ntdll or ws2_32.
 */
export const operations = {
  access: ["access", "access", "GetFileAttributesW"],
  chmod: ["chmod", "chmod", "NtSetInformationFile"],
  close: ["close", "close", "CloseHandle"],
  fstat: ["statx", "fstat64", "GetFileInformationByHandle"],
  open: ["openat", "open", "CreateFileW"],
  read: ["read", "read", "ReadFile"],
  write: ["write", "write", "WriteFile"],
  socket: ["socket", "socket", "WSASocketW"],
  connect: ["connect", "connectx", "ConnectEx"],
  poll: ["epoll_pwait", "kevent", "GetQueuedCompletionStatusEx"],
  random: ["getrandom", "getentropy", "BCryptGenRandom"],
  send: ["sendto", "sendto", "WSASendTo"],
  receive: ["recvfrom", "recvfrom", "WSARecv"],
} as const satisfies Record<string, readonly [linux: string, macos: string, windows: string]>;

export type Operation = keyof typeof operations;
