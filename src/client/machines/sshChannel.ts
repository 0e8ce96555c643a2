import { Duplex, type Readable, type Writable } from "node:stream";

/**
 * The bytes of a program's stdout and stdin as one stream. When the program closes either, all of it is over at once: a
 * half that ended would have Node.js end the other one too, and then an HTTP/2 session on it that is destroyed meanwhile
 * writes behind that end, which Node.js takes for a fault of its own and throws where nobody can catch it.
 */
export function sshChannel(stdout: Readable, stdin: Writable): Duplex {
  const channel = new Duplex({
    read: () => {
      stdout.resume();
    },
    write: (chunk, _encoding, done) => {
      stdin.write(chunk, done);
    },
    final: (done) => {
      stdin.end(done);
    },
    destroy: (error, done) => {
      stdout.destroy();
      stdin.destroy();
      done(error);
    },
  });
  // Stays attached: it may be disposed before anybody else listens.
  channel.on("error", () => undefined);
  stdout.on("data", (chunk) => {
    if (!channel.push(chunk)) {
      stdout.pause();
    }
  });
  const over = () => {
    channel.destroy();
  };
  stdout.once("end", over).once("close", over).on("error", over);
  stdin.once("close", over).on("error", over);
  return channel;
}
