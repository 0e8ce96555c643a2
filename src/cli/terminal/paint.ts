const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof codes;

/** Colours a text, or leaves it unchanged where there are no colours. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

export const coloured: Paint = (style, text) => {
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/** Colours are for a terminal that supports them, and users who have not declined: https://no-color.org */
export function choosePaint(isTerminal: boolean, environment: NodeJS.ProcessEnv): Paint {
  const declined = environment.NO_COLOR !== undefined && environment.NO_COLOR !== "";
  return isTerminal && !declined && environment.TERM !== "dumb" ? coloured : plain;
}
