import process from "node:process";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serveEditor } from "./languageServer.ts";

// The transport is named by the arguments: node IPC, as the extension starts it.
serveEditor(createConnection(ProposedFeatures.all));

// An editor that died says nothing any more.
process.once("disconnect", () => process.exit());
