/**
 * Messages between the supervisor and the preload in each worker, over Node's own IPC channel.
 *
 * They carry `cmd: "NODE_HITLESS"`: Node delivers messages whose `cmd` starts with `NODE_` as `internalMessage` and
 * never as `message`, so the app's listeners do not see ours
 * (https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback). Both ends come from one
 * build and the preload may have no dependency, so there is a type here and no schema.
 */
export const workerMessageCommand = "NODE_HITLESS";

interface Envelope {
  readonly cmd: typeof workerMessageCommand;
}

/** What kind of server listens, as far as a client of it is concerned. */
export type ServerProtocol = "http" | "https" | "tcp" | "tls" | "http2" | "https2";

/** From a worker to the supervisor. */
export type WorkerToSupervisor = Envelope &
  (
    | { readonly type: "hello" }
    /** A server of the app listens; `address` is what `server.address()` said. */
    | {
        readonly type: "listening";
        readonly protocol: ServerProtocol;
        readonly address: string | { readonly address: string; readonly port: number; readonly family: string };
      }
    /** An exception that ends the process, told before it does. */
    | {
        readonly type: "fatal";
        readonly name: string;
        readonly code: string | null;
        readonly message: string;
        readonly stack: string;
        readonly address: string | null;
        readonly port: number | null;
      }
    /** Nothing but the channel keeps the process alive: answered with `alone`. */
    | { readonly type: "alone" }
    /** Progress of a drain. `done`: nothing is in flight any more. */
    | { readonly type: "drain"; readonly requests: number; readonly connections: number; readonly done: boolean }
  );

/** From the supervisor to a worker. */
export type SupervisorToWorker = Envelope &
  /** Stop accepting; finish what is in flight; close idle connections after `idleGraceMs`. */
  (
    | { readonly type: "drain"; readonly idleGraceMs: number }
    /** The twin of SIGTERM where signals can't be caught (Windows). */
    | { readonly type: "terminate" }
    | { readonly type: "alone" }
  );
