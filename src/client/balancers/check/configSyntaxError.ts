/** A configuration that its balancer would refuse as well, or that was not read whole. */
export class ConfigSyntaxError extends Error {
  override readonly name = "ConfigSyntaxError";
  readonly file: string;
  readonly line: number;

  /** @param what Without the place, which is put before it. */
  constructor(file: string, line: number, what: string) {
    super(`${file}:${line}: ${what}`);
    this.file = file;
    this.line = line;
  }
}
