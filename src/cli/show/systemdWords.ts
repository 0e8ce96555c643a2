/** A word of a command line in a unit, as systemd reads it back (systemd.service(5), "Command lines"). */
export function commandWord(word: string): string {
  // A dollar begins a variable there, a percent sign a specifier everywhere in a unit.
  const escaped = unitText(word).replaceAll("$", "$$$$");
  return isPlain(word) ? escaped : quoted(escaped);
}

/** `NAME=value` for `Environment=`, where a dollar has no meaning (systemd.exec(5)). */
export function environmentWord(name: string, value: string): string {
  const assignment = unitText(`${name}=${value}`);
  return isPlain(`${name}=${value}`) ? assignment : quoted(assignment);
}

/** A text that stands alone in its line, such as a description or a path. */
export function unitLine(text: string): string {
  return unitText(text.replace(/[\r\n\t]/g, " "));
}

/** Whether it is one word without quotes. */
function isPlain(word: string): boolean {
  return /^[\w@%+=:,./~-]+$/.test(word);
}

function unitText(text: string): string {
  return text.replaceAll("%", "%%");
}

function quoted(text: string): string {
  const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return `"${text.replace(/["\\]/g, "\\$&").replace(/[\n\r\t]/g, (character) => escapes[character] ?? "")}"`;
}
