import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serveEditor } from "./languageServer.ts";

// The transport is named by the arguments: node IPC, as the extension starts it.
serveEditor(createConnection(ProposedFeatures.all));
