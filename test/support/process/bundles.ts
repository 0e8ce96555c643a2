import { distFolder } from "../paths.ts";

/** The bundles under test; `HITLESS_DIST` names another folder, such as that of an unpacked package. */
export const bundlesFolder: string = process.env.HITLESS_DIST ?? distFolder;
