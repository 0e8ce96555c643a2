import { type CallForm, type CatalogueEntry, qualifiedName } from "../entry.ts";
import { fileForms } from "./forms/fileForms.ts";
import type { FormRow } from "./forms/formRow.ts";
import { networkForms } from "./forms/networkForms.ts";
import { otherForms } from "./forms/otherForms.ts";
import { callsOn, inFull, threadOf } from "./rows.ts";

/** The functions whose path depends on how they are called: what such a form does, in whole. */
const byFunction = new Map<string, FormRow[]>();
for (const row of [...fileForms, ...networkForms, ...otherForms]) {
  for (const name of row[2].split(/\s+/).map(fullName)) {
    byFunction.set(name, [...(byFunction.get(name) ?? []), row]);
  }
}

/** The other forms of an entry, if there are any. */
export function formsOf(entry: CatalogueEntry): Pick<CatalogueEntry, "forms"> {
  const own = byFunction.get(qualifiedName(entry));
  return own === undefined ? {} : { forms: own.map((row) => formOf(row, entry)) };
}

function formOf([form, difference, , ...operations]: FormRow, entry: CatalogueEntry): CallForm {
  const mechanism = difference.mechanism ?? entry.mechanism;
  return { form, ...difference, mechanism, thread: threadOf(mechanism), calls: callsOn(operations) };
}

/** The name of an entry; what every reader knows the module of is written without it. */
function fullName(name: string): string {
  const module = name.startsWith("FileHandle") ? "fs.promises." : /^(Client|Server)?Http2/.test(name) ? "http2." : "";
  return module + inFull(name);
}
