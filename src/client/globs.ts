/** Whether a name that a person gave stands for several: `*` for any characters, `?` for one. */
export function isGlob(name: string): boolean {
  return /[*?]/.test(name);
}

/** Whether a name fits a pattern, in time that grows with their lengths only. */
export function fitsGlob(pattern: string, name: string): boolean {
  const [wanted, given] = [[...pattern], [...name]];
  let [at, place] = [0, 0];
  let star = -1;
  let resume = 0;
  while (place < given.length) {
    if (at < wanted.length && wanted[at] !== "*" && (wanted[at] === "?" || wanted[at] === given[place])) {
      at += 1;
      place += 1;
    } else if (wanted[at] === "*") {
      star = at;
      resume = place;
      at += 1;
    } else if (star !== -1) {
      // The last star takes one character more.
      resume += 1;
      at = star + 1;
      place = resume;
    } else {
      return false;
    }
  }
  return wanted.slice(at).every((character) => character === "*");
}
