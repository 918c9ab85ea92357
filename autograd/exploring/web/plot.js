import { s } from "./dom.js";
import { t } from "./language.js";
import { localized } from "./numbers.js";

/** @typedef {[x: number, y: number]} Point */

const WIDTH = 340,
  HEIGHT = 190,
  LEFT = 46,
  BOTTOM = 30,
  TOP = 10,
  RIGHT = 12;
const FAR_OUT = 1e4; // pixels, beyond which a line need not be followed

/** A small plot of lines and points. */
export class Plot {
  /** @param {string} name @param {string} description */
  constructor(name, description) {
    this.inside = s("g");
    this.root = s(
      "svg",
      { class: `plot ${name}`, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": description },
      this.inside,
    );
  }

  /** @param {{x: string, y: string}} titles @param {{name: string, points: Point[]}[]} lines @param {Point[]} dots
   *  @param {Point[]} within the points that set the ranges */
  draw(titles, lines, dots, within) {
    const finite = [...within, ...dots].filter(isFinitePoint);
    if (!finite.length) {
      const why = within.length ? t("no finite numbers") : t("no steps yet");
      this.inside.replaceChildren(s("text", { x: WIDTH / 2, y: HEIGHT / 2, "text-anchor": "middle" }, why));
      return;
    }
    const xs = span(finite.map(([x]) => x)),
      ys = span(finite.map(([, y]) => y)),
      across = scaled(xs, LEFT, WIDTH - RIGHT),
      up = scaled(ys, HEIGHT - BOTTOM, TOP);
    const paths = lines.map(({ name, points }) => s("path", { class: name, d: pathOf(points, across, up) }));
    const circles = dots.filter(isFinitePoint).map(([x, y]) => s("circle", { cx: across(x), cy: up(y), r: 4 }));
    this.inside.replaceChildren(
      s(
        "clipPath",
        { id: "inside" },
        s("rect", { x: LEFT, y: TOP, width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM }),
      ),
      ...grid(xs, ys, across, up),
      s("g", { "clip-path": "url(#inside)" }, ...paths),
      ...numbers(xs, ys, across, up),
      ...circles,
      s("text", { class: "axis", x: WIDTH - RIGHT, y: HEIGHT - 3, "text-anchor": "end" }, titles.x),
      s("text", { class: "axis", x: 2, y: 9 }, titles.y),
    );
  }
}

/** @param {Point} point */
const isFinitePoint = ([x, y]) => Number.isFinite(x) && Number.isFinite(y);

/** From numbers of a range to pixels. @param {Point} range @param {number} start @param {number} end
 *  @returns {(x: number) => number} */
function scaled([low, high], start, end) {
  return (x) => start + ((x - low) / (high - low)) * (end - start);
}

/** @param {Point[]} points @param {(x: number) => number} across @param {(y: number) => number} up */
function pathOf(points, across, up) {
  const clip = (/** @type {number} */ y) => Math.max(-FAR_OUT, Math.min(FAR_OUT, y));
  return points
    .filter(isFinitePoint)
    .map(([x, y], i) => `${i ? "L" : "M"}${clip(across(x)).toFixed(1)} ${clip(up(y)).toFixed(1)}`)
    .join("");
}

/** @param {Point} xs @param {Point} ys ranges @param {(x: number) => number} across @param {(y: number) => number} up */
function grid(xs, ys, across, up) {
  return [
    ...niceTicks(...xs).map((x) => `M${across(x)} ${TOP}V${HEIGHT - BOTTOM}`),
    ...niceTicks(...ys).map((y) => `M${LEFT} ${up(y)}H${WIDTH - RIGHT}`),
  ].map((d) => s("path", { class: "grid", d }));
}

/** @param {Point} xs @param {Point} ys ranges @param {(x: number) => number} across @param {(y: number) => number} up */
function numbers(xs, ys, across, up) {
  return [
    ...niceTicks(...xs).map((x) =>
      s("text", { x: across(x), y: HEIGHT - BOTTOM + 13, "text-anchor": "middle" }, short(x)),
    ),
    ...niceTicks(...ys).map((y) => s("text", { x: LEFT - 5, y: up(y) + 3.5, "text-anchor": "end" }, short(y))),
  ];
}

/** The range of numbers, with some room. @param {number[]} numbers @returns {Point} */
export function span(numbers) {
  const low = Math.min(...numbers),
    high = Math.max(...numbers),
    room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

/** Three to six round numbers in a range. @param {number} low @param {number} high */
export function niceTicks(low, high) {
  const rough = (high - low) / 4,
    power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const ticks = [];
  for (let tick = Math.ceil(low / size) * size; tick <= high; tick += size)
    ticks.push(Math.abs(tick) < size / 1e6 ? 0 : tick);
  return ticks;
}

/** A number beside an axis. @param {number} x */
export function short(x) {
  const far = x !== 0 && (Math.abs(x) >= 1e5 || Math.abs(x) < 1e-3);
  return localized(far ? x.toExponential(0) : String(Number(x.toPrecision(4))));
}
