import { type Piece, setAttribute, svg } from "../../dom.ts";

const width = 60;
const height = 18;

/**
 * The last minute as a line. It is drawn beside a number that says the same, so screen readers skip it. It begins at 0,
 * or no lower than needed for values that never come near it.
 */
export function createSparkline(): Piece<readonly number[]> {
  const line = svg("polyline", { class: "spark-line", fill: "none" });
  const area = svg("polygon", { class: "spark-area" });
  const attributes = {
    class: "spark",
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  };
  const element = svg("svg", attributes, area, line);
  let shown: readonly number[] | undefined;
  return {
    element,
    update(values) {
      if (values === shown) {
        return;
      }
      shown = values;
      const points = pointsOf(values);
      setAttribute(line, "points", points.join(" "));
      setAttribute(
        area,
        "points",
        points.length < 2 ? "" : `${points.join(" ")} ${width},${height} ${firstX(points)},${height}`,
      );
    },
  };
}

function pointsOf(values: readonly number[]): string[] {
  if (values.length < 2) {
    return [];
  }
  const top = Math.max(...values);
  const low = Math.min(...values);
  const base = low > top / 2 ? low - (top - low) : 0;
  const range = top - base || 1;
  return values.map((value, index) => {
    const x = width - (values.length - 1 - index) * (width / 59);
    const y = height - 1.5 - ((value - base) / range) * (height - 3);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
}

function firstX(points: readonly string[]): string {
  return points[0]?.split(",")[0] ?? "0";
}
