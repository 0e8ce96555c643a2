// A client of the control channel that stays connected and does nothing, as a window of an editor in the background.
import { SupervisorClient } from "../../src/client/connection/supervisorClient.ts";
import { listEndpoints } from "../../src/client/launch/endpoints.ts";

const [, , folder = ""] = process.argv;
const [endpoint] = await listEndpoints(folder);
if (endpoint === undefined) {
  throw new Error(`No supervisor is to be found in ${folder}.`);
}
const client = await SupervisorClient.connect(endpoint, { name: "bystander", version: "0" });
client.onDidClose(() => process.exit(client.endpoint.pid > 0 ? 0 : 1));
