import type { CallTreeNode } from "../../../shared/layers/sample.ts";
import { describeFrame } from "./describeFrame.ts";
import type { SharedProfile } from "./ownTime.ts";

/** What has less of the busy time is left out. */
const leastShare = 0.005;
const mostNodes = 2_000;

/** The calls of a sample, callers first; idle time and Hitless's own are left out. */
export function callTree({ frames, nodes, owners, shares }: SharedProfile): CallTreeNode[] {
  const selfUs = new Map<number, number>();
  const parts = new Map<number, Map<string, number>>();
  let busy = 0;
  for (const { node, owner, us } of shares) {
    if (owner.kind !== "idle") {
      busy += us;
      selfUs.set(node, (selfUs.get(node) ?? 0) + us);
      const own = parts.get(node) ?? new Map<string, number>();
      parts.set(node, own);
      own.set(owner.id, (own.get(owner.id) ?? 0) + us);
    }
  }
  const totals = nodes.map((_, index) => selfUs.get(index) ?? 0);
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const parent = nodes[index]?.parent ?? -1;
    if (parent >= 0) {
      totals[parent] = (totals[parent] ?? 0) + (totals[index] ?? 0);
    }
  }
  const children = new Map<number, number[]>();
  nodes.forEach(({ parent }, index) => {
    if ((totals[index] ?? 0) >= busy * leastShare && (totals[index] ?? 0) > 0) {
      children.set(parent, [...(children.get(parent) ?? []), index]);
    }
  });
  const tree: CallTreeNode[] = [];
  const open: { readonly index: number; readonly parent: number }[] = [{ index: -1, parent: -1 }];
  for (let next = open.pop(); next !== undefined && tree.length < mostNodes; next = open.pop()) {
    const { index, parent } = next;
    const frame = frames[nodes[index]?.frame ?? -1];
    // The root of V8's tree, and Hitless's own functions, which may call the app.
    const isShown = frame !== undefined && frame.name !== "(root)" && owners[index] !== undefined;
    const [mostly] = [...(parts.get(index) ?? [])].sort(([, a], [, b]) => b - a);
    const at = isShown
      ? tree.push({
          parent,
          ...describeFrame(frame),
          part: mostly?.[0] ?? owners[index]?.id ?? "native",
          selfMs: (selfUs.get(index) ?? 0) / 1_000,
          totalMs: (totals[index] ?? 0) / 1_000,
        }) - 1
      : parent;
    const below = (children.get(index) ?? []).sort((a, b) => (totals[a] ?? 0) - (totals[b] ?? 0));
    open.push(...below.map((child) => ({ index: child, parent: at })));
  }
  return tree;
}
