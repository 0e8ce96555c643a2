import { readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";

/**
 * What to start on Windows for a command of a PATH, without a shell: a program as it is; for a `.cmd` file that npm made, Node.js
 * with the script that it names. What is found nowhere is returned as it is, and the system says so.
 * @param node The program that runs the script.
 */
export function windowsProgram(
  [program = "", ...args]: readonly string[],
  folders: readonly string[],
  node: string = process.execPath,
): string[] {
  if (/[\\/]/.test(program) || extname(program).toLowerCase() === ".exe") {
    return [program, ...args];
  }
  for (const folder of folders) {
    const file = join(folder, `${program}.exe`);
    if (isFile(file)) {
      return [file, ...args];
    }
    const script = scriptOf(folder, program);
    if (script !== undefined) {
      return [node, script, ...args];
    }
  }
  return [program, ...args];
}

/** `"%dp0%\..\typescript\bin\tsc"` of a file that npm made, or `"%~dp0\node_modules\npm\bin\npm-cli.js"` of npm's own. */
function scriptOf(folder: string, program: string): string | undefined {
  const file = join(folder, `${program}.cmd`);
  const text = isFile(file) ? readFileSync(file, "utf8") : "";
  const named = [...text.matchAll(/%~?dp0%?[\\/]([^"%\r\n]+)"/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !/node(?:\.exe)?$/i.test(path));
  const best = named.find((path) => path.endsWith(`${program}-cli.js`)) ?? named[0];
  return best === undefined ? undefined : join(folder, ...best.split(/[\\/]/));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
