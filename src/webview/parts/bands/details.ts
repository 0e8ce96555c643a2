import type { Layer } from "../../../shared/layers/layer.ts";
import type { PageContext, Part } from "../../page.ts";
import { createApiDetails } from "./apiDetails.ts";
import { createBindingDetails } from "./bindingDetails.ts";
import { createCodeDetails } from "./codeDetails.ts";
import { createDependencyDetails } from "./dependencyDetails.ts";
import { createSystemDetails } from "./systemDetails.ts";

/** What a band shows when it is open. */
export function createDetails(layer: Layer, context: PageContext): Part {
  switch (layer) {
    case "code":
      return createCodeDetails(context);
    case "api":
      return createApiDetails(context);
    case "bindings":
      return createBindingDetails(context);
    case "dependencies":
      return createDependencyDetails(context);
    case "os":
      return createSystemDetails(context);
  }
}
