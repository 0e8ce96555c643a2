/**
 * Removes terminal control from the output of workers that share one terminal, except colours (SGR): clearing the
 * screen or moving the cursor would destroy the lines of others, and an app's output must not reach the clipboard or
 * the window title. Sequences may be split anywhere between calls.
 */
export interface EscapeFilter {
  filter(text: string): string;
}

/**
 * A text without terminal control, except colours, line ends and tabs: for what quotes somebody else. Each line is looked
 * at alone, so that a sequence which never ends hides no more than its own.
 */
export function harmless(text: string): string {
  return text
    .split("\n")
    .map((line) => createEscapeFilter().filter(line).replaceAll("\r", ""))
    .join("\n");
}

const esc = "\u001b";

/** A longer sequence is not one; the rest of it is then shown. */
const longestSequence = 4_096;

export function createEscapeFilter(): EscapeFilter {
  let pending = "";
  return {
    filter(text) {
      const input = pending + text;
      pending = "";
      if (!input.includes(esc)) {
        return withoutControls(input);
      }
      let output = "";
      let at = 0;
      for (;;) {
        const start = input.indexOf(esc, at);
        if (start === -1) {
          return output + withoutControls(input.slice(at));
        }
        output += withoutControls(input.slice(at, start));
        const end = endOfSequence(input, start);
        if (end === undefined) {
          if (input.length - start <= longestSequence) {
            pending = input.slice(start);
            return output;
          }
          at = start + 1;
          continue;
        }
        const sequence = input.slice(start, end);
        output += isColour(sequence) ? sequence : "";
        at = end;
      }
    },
  };
}

/** Index after the sequence that begins at `start`; `undefined` when it is still incomplete. */
function endOfSequence(input: string, start: number): number | undefined {
  const kind = input[start + 1];
  if (kind === undefined) {
    return undefined;
  }
  if (kind === "[") {
    for (let index = start + 2; index < input.length; index += 1) {
      const code = input.charCodeAt(index);
      if (code >= 0x40 && code <= 0x7e) {
        return index + 1;
      }
      if (code < 0x20) {
        // Not a sequence: what looked like one is dropped, the control character counts again.
        return index;
      }
    }
    return undefined;
  }
  if ("]PX^_".includes(kind)) {
    return endOfString(input, start + 2);
  }
  return " #%()*+-./".includes(kind) ? (input[start + 2] === undefined ? undefined : start + 3) : start + 2;
}

/** Strings (OSC, DCS …) end with BEL or ESC \. */
function endOfString(input: string, from: number): number | undefined {
  for (let index = from; index < input.length; index += 1) {
    if (input[index] === "\u0007") {
      return index + 1;
    }
    if (input[index] === esc) {
      return input[index + 1] === undefined ? undefined : input[index + 1] === "\\" ? index + 2 : index;
    }
  }
  return undefined;
}

function isColour(sequence: string): boolean {
  return sequence.startsWith(`${esc}[`) && sequence.endsWith("m") && !/[<=>?]/.test(sequence);
}

/**
 * Bells, backspaces and the like, and what turns the direction of a text around, so that it reads as it is not
 * (https://trojansource.codes). Tabs, line feeds and carriage returns stay.
 */
function withoutControls(text: string): string {
  return text.replace(controls, "");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
