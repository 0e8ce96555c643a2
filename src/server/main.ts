import process from "node:process";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serveEditor } from "./languageServer.ts";

// The transport comes from the arguments: Node's IPC, as the extension starts it.
serveEditor(createConnection(ProposedFeatures.all));

// An editor that crashed sends no exit message.
process.once("disconnect", () => process.exit());
