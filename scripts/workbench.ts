// Installs the embedded workbench that the tests in VS Code need, if it is not there: `npm test` lets this run beside the
// steps that need no quiet machine.
import { ensureCodeServer } from "../test/support/codeServer.ts";

await ensureCodeServer();
