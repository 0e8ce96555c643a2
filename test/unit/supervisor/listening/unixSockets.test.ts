import assert from "node:assert/strict";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { getSystemErrorMap } from "node:util";
import { addressInUse, bindHandle, type ListeningHandle } from "../../../../src/supervisor/accept/clusterInternals.ts";
import { createSocketKeeper, type SocketKeeper } from "../../../../src/supervisor/listening/unixSockets.ts";
import { createEventLog } from "../../../../src/supervisor/logs/eventLog.ts";
import { poll } from "../../../support/process/until.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

(process.platform === "win32" ? describe.skip : describe)("createSocketKeeper", () => {
  let folder = "";
  let path = "";
  let putBack = 0;
  let keeper: SocketKeeper;
  let handles: ListeningHandle[] = [];

  before(() => {
    keeper = open();
  });

  beforeEach(() => {
    folder = tempFolder();
    path = join(folder, "app");
    putBack = 0;
  });

  afterEach(() => {
    for (const handle of handles) {
      keeper.leave(path, handle);
      handle.close();
    }
    handles = [];
    removeTempFolders();
  });

  function open(isReachedByBoth?: () => boolean): SocketKeeper {
    return createSocketKeeper({
      events: createEventLog(),
      isServed: () => true,
      putBack: () => (putBack += 1),
      ...(isReachedByBoth && { isReachedByBoth }),
    });
  }

  /** As a socket of the app is opened; `meanwhile` happens when it has been bound. */
  function listen(meanwhile = (): void => undefined): ListeningHandle {
    const bound = keeper.bind(path, (address) => {
      const handle = bindHandle({ seq: 1, address, port: -1, addressType: -1, index: 0 });
      meanwhile();
      return handle;
    });
    assert.ok(typeof bound === "object");
    handles.push(bound);
    bound.onconnection = (_, connection) => connection?.close();
    assert.equal(bound.listen(5), 0);
    keeper.restore(path, bound);
    return bound;
  }

  const remove = (): void => {
    if (existsSync(path)) {
      unlinkSync(path);
    }
  };

  async function assertAnswered(): Promise<void> {
    const client = connect(path);
    await once(client, "connect");
    client.destroy();
  }

  const untilThere = (): Promise<void> => poll("the file is there again", () => existsSync(path));

  it("loses no file that is removed in the moment in which it appears", async () => {
    listen(remove);
    await assertAnswered();
    assert.deepEqual([keeper.isInPlace(path), putBack], [true, 0]);
  });

  it("puts one back that is removed, whenever that is", async () => {
    const handle = listen();
    remove();
    keeper.restore(path, handle);
    assert.deepEqual([existsSync(path), putBack], [true, 1]);
    remove();
    await untilThere();
    remove();
    assert.equal(keeper.isInPlace(path), true);
    await assertAnswered();
  });

  it("refuses a path that somebody has, and leaves the file and the socket of the app there alone", async () => {
    const first = listen();
    const { ino } = lstatSync(path);
    const bound = keeper.bind(path, (address) => bindHandle({ seq: 2, address, port: -1, addressType: -1, index: 1 }));
    assert.equal(bound, addressInUse);
    remove();
    keeper.restore(path, first);
    assert.equal(lstatSync(path).ino, ino);
    assert.equal(readdirSync(folder).length, 2);
  });

  it("removes nothing but its own when it is closed", async () => {
    const handle = listen();
    keeper.leave(path, handle);
    assert.deepEqual(readdirSync(folder), []);
    const other = createServer().listen(path);
    await once(other, "listening");
    handle.close();
    assert.ok(existsSync(path));
    await new Promise((resolve) => other.close(resolve));
  });

  it("keeps the second socket of a path whose first was removed and is closed later", async () => {
    const first = listen();
    remove();
    const second = listen();
    keeper.leave(path, first);
    first.close();
    await assertAnswered();
    assert.notEqual(first, second);
  });

  it("says that somebody else's file is in its place, and puts its own back when that is gone", async () => {
    const handle = listen();
    remove();
    writeFileSync(path, "");
    keeper.look();
    assert.deepEqual([keeper.isInPlace(path), putBack], [false, 0]);
    remove();
    await untilThere();
    keeper.leave(path, handle);
    assert.equal(existsSync(path), false);
  });

  it("lets an app rename it, and is there for its next worker to rename", () => {
    const handle = listen();
    renameSync(path, `${path}.sock`);
    keeper.look();
    assert.deepEqual([existsSync(path), keeper.isInPlace(path)], [false, true]);
    keeper.restore(path, handle);
    renameSync(path, `${path}.sock`);
    assert.ok(existsSync(`${path}.sock`));
    assert.equal(putBack, 0);
  });

  it("puts it back while two supervisors look after it, and after the first has left it", async () => {
    const handle = listen();
    const next = open();
    next.adopt(path, handle);
    remove();
    next.look();
    assert.ok(existsSync(path));
    remove();
    assert.equal(keeper.cede(path, handle), true);
    assert.ok(existsSync(path));
    remove();
    await untilThere();
    assert.equal(readdirSync(folder).length, 2);
    next.leave(path, handle);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("binds nothing where nobody could connect, though its second name would be short enough", () => {
    path = join(folder, "a".repeat(120));
    const bound = keeper.bind(path, (address) => bindHandle({ seq: 1, address, port: -1, addressType: -1, index: 0 }));
    assert.equal(getSystemErrorMap().get(bound as number)?.[0], "EINVAL");
    assert.deepEqual(readdirSync(folder), []);
  });

  it("binds at the path itself where a second name would be too long, and keeps that too", async () => {
    folder = join(folder, "a".repeat(Math.max(1, 90 - folder.length)));
    mkdirSync(folder);
    path = join(folder, "app");
    const handle = listen();
    assert.equal(readdirSync(folder).length, 2);
    remove();
    keeper.restore(path, handle);
    assert.equal(putBack, 1);
    await assertAnswered();
    // libuv would remove the file.
    assert.equal(keeper.cede(path, handle), false);
  });

  it("binds at the path itself where clients would be refused at a second name", () => {
    const bound: string[] = [];
    open(() => false).bind(path, (address) => {
      bound.push(address);
      return addressInUse;
    });
    assert.deepEqual(bound, [path]);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("takes no name that one of the same pid has left, and removes it, as in a container that starts again", async () => {
    const first = listen();
    const second = readdirSync(folder).find((name) => name.startsWith(".hitless-"));
    const number = Number(second?.split("-").at(-1));
    keeper.leave(path, first);
    const left = join(folder, `.hitless-${process.pid}-${number + 1}`);
    const server = createServer().listen(join(folder, "dead"));
    await once(server, "listening");
    linkSync(join(folder, "dead"), left);
    await new Promise((resolve) => server.close(resolve));
    const handle = listen();
    assert.ok(existsSync(join(folder, `.hitless-${process.pid}-${number + 2}`)));
    await poll("it is removed", () => !existsSync(left));
    assert.equal(readdirSync(folder).length, 2);
    assert.equal(keeper.cede(path, handle), true);
  });

  it("removes second names of supervisors that are gone, if nobody listens there", async () => {
    const server = createServer().listen(join(folder, "dead"));
    await once(server, "listening");
    // The highest number that Linux gives is 2 ** 22.
    linkSync(join(folder, "dead"), join(folder, ".hitless-99999999-1"));
    await new Promise((resolve) => server.close(resolve));
    listen();
    await poll("it is removed", () => !existsSync(join(folder, ".hitless-99999999-1")));
  });
});
