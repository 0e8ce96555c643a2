/** Of Wine, such as `8.0`, where it runs the tests on Node.js for Windows; else undefined. Set by `npm run test:windows`. */
export const wineVersion: string | undefined = process.env.HITLESS_WINE;

/** By how much deadlines of tests are longer there: each process takes a second to start on a machine that is not idle. */
export const patience: number = wineVersion === undefined ? 1 : 4;
