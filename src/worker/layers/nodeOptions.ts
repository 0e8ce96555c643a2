/**
 * The flags in `NODE_OPTIONS`, split as Node does: at spaces that are not within double quotes, where a backslash
 * escapes the next character (https://nodejs.org/api/cli.html#node_optionsoptions).
 */
export function flagsOf(nodeOptions: string): string[] {
  const flags: string[] = [];
  let flag: string | undefined;
  let quoted = false;
  for (let index = 0; index < nodeOptions.length; index += 1) {
    const character = nodeOptions.charAt(index);
    if (character === '"') {
      quoted = !quoted;
    } else if (character === " " && !quoted) {
      flags.push(...(flag === undefined ? [] : [flag]));
      flag = undefined;
    } else if (character === "\\" && quoted) {
      index += 1;
      flag = (flag ?? "") + nodeOptions.charAt(index);
    } else {
      flag = (flag ?? "") + character;
    }
  }
  return flag === undefined ? flags : [...flags, flag];
}
