import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createExitPace, type ExitPace } from "../../../../src/worker/drain/exitPace.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

/** So many may be on their way at once. */
const most = process.platform === "linux" ? 16 : 1;

/** One message with a socket, in bytes. */
const small = 100;

// The pace is for sockets, none of which can be handed over on Windows.
(process.platform === "win32" ? describe.skip : describe)("the pace of a process that ends", () => {
  const channel: { readUntil: (number | undefined)[]; written: number | undefined } = { readUntil: [0], written: 0 };
  let server: Server;
  /** The process's end of the channel, which nobody but the pace reads. */
  let own: Socket;
  let supervisor: Socket;
  let pace: ExitPace;

  beforeEach(async () => {
    const path = join(tempFolder(), "channel");
    server = createServer().listen(path);
    await once(server, "listening");
    const accepted = once(server, "connection");
    own = connect(path).pause();
    [supervisor] = (await accepted) as [Socket];
    Object.assign(channel, { readUntil: [0], written: 0 });
    await once(own, "connect");
    pace = paceOf();
  });

  afterEach(() => {
    own.destroy();
    supervisor.destroy();
    server.close();
    removeTempFolders();
  });

  function paceOf(): ExitPace {
    const { fd } = Reflect.get(own, "_handle") as { readonly fd: number };
    const before = Object.getOwnPropertyDescriptor(process, "channel");
    Object.defineProperty(process, "channel", { configurable: true, value: { fd } });
    try {
      return createExitPace(channel);
    } finally {
      Reflect.deleteProperty(process, "channel");
      Object.defineProperties(process, before === undefined ? {} : { channel: before });
    }
  }

  /** What the supervisor writes is there when this has resolved. */
  const write = (text: string): Promise<void> =>
    new Promise((resolve, reject) => supervisor.write(text, (error) => (!error ? resolve() : reject(error))));

  const confirm = (count: number): Promise<void> => write('{"cmd":"NODE_HANDLE_ACK"}\n'.repeat(count));

  /** The supervisor is gone: whoever waits for more is told so at once. */
  const leave = (): Promise<unknown> => {
    const ended = once(supervisor, "finish");
    supervisor.end();
    return ended;
  };

  function send(count: number, bytes = small): void {
    for (let sent = 0; sent < count; sent += 1) {
      channel.written = (channel.written ?? 0) + bytes;
      pace.sent();
    }
  }

  it("lets as many go as the channel holds, and one more for each that is confirmed", async () => {
    for (let sent = 0; sent < most; sent += 1) {
      assert.equal(pace.makeRoom(), true);
      send(1);
    }
    await confirm(1);
    assert.equal(pace.makeRoom(), true);
    send(1);
    await leave();
    assert.equal(pace.makeRoom(), false);
  });

  it("lets one go at a time while 48 KiB or more may be unread", async () => {
    const appWrites = (): void => {
      channel.written = (channel.written ?? 0) + 48 * 1_024;
    };
    appWrites();
    assert.equal(pace.makeRoom(), true, "nothing is on its way");
    send(1);
    appWrites();
    await confirm(1);
    assert.equal(pace.makeRoom(), true, "it was confirmed");
    send(1);
    appWrites();
    await leave();
    assert.equal(pace.makeRoom(), false, "this one was not");
  });

  it("lets several go again when a confirmation says that the rest was read", async () => {
    send(1, 48 * 1_024);
    await confirm(1);
    for (let sent = 0; sent < most; sent += 1) {
      assert.equal(pace.makeRoom(), true);
      send(1);
    }
  });

  it("counts what was on its way before, and a confirmation of which nobody knows how much it tells", async () => {
    Object.assign(channel, { readUntil: [0, undefined], written: 48 * 1_024 });
    pace = paceOf();
    await confirm(1);
    assert.equal(pace.makeRoom(), true);
    send(1);
    await confirm(1);
    assert.equal(pace.makeRoom(), true);
  });

  it("understands a confirmation between other messages, cut by the end of a read, and one that denies", async () => {
    const cut = 'NODE_HANDLE_ACK"}\n';
    // A read takes 64 KiB: its end is in the middle of the word.
    await write(`${"x".repeat(65_536 - 10)}${cut}${"y".repeat(100)}NODE_HANDLE_NACK`);
    send(2);
    pace.finish();
    await leave();
    assert.equal(pace.makeRoom(), true, "nothing is on its way any more");
  });

  it("ends the wait of a supervisor that does not read, and all that come later at once", async () => {
    for (let sent = 0; sent < most; sent += 1) {
      pace.makeRoom();
      send(1);
    }
    assert.equal(pace.makeRoom(), false);
    await confirm(most);
    assert.equal(pace.makeRoom(), false, "it was given up");
    pace.finish();
  });
});
