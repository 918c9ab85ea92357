// Numbers that travel back along the edges of a step: the gradient of a node, and beyond the middle its share of that.

/** @import { DrawnEdge } from "./parts.js" */
/** @import { Scene } from "./scene.js" */
/** @import { State } from "./state.js" */
import { s, setText } from "./dom.js";
import { handedBack } from "./edge_marks.js";
import { asText } from "./numbers.js";

const LONGEST = 1200, // milliseconds
  PART = 0.8, // of the time between two steps that are played
  MOST = 24; // edges along which something travels

/** Let numbers travel whenever a step hands gradients back, but where less motion is asked for.
 *  @param {Scene} scene @param {State} state */
export function letNumbersTravel(scene, state) {
  const group = s("g", { class: "flow", "aria-hidden": "true" }),
    calm = matchMedia("(prefers-reduced-motion: reduce)");
  let frame = 0;
  state.subscribe(["numbers", "step", "boxes", "look"], (changed) => {
    cancelAnimationFrame(frame);
    group.replaceChildren();
    const { now, playing, speed } = state;
    if (
      calm.matches ||
      state.practice.on ||
      state.sight.hidesBackward ||
      now.phase !== "backward" ||
      !changed.includes("step")
    )
      return;
    const travellers = scene.edges.filter(({ entries }) => entries.some((entry) => now.edges.has(entry)));
    if (travellers.length > MOST) return;
    scene.world.append(group);
    const moves = travellers.map((edge) => travel(edge, state, group)),
      time = playing ? Math.min(LONGEST, (PART * 1000) / speed) : LONGEST,
      start = performance.now();
    const draw = () => {
      const part = Math.min(1, (performance.now() - start) / time);
      for (const move of moves) move(part);
      if (part < 1) frame = requestAnimationFrame(draw);
      else group.replaceChildren();
    };
    draw();
  });
}

/** A number on its way along an edge, and what sets it where it is after a part of the time. @param {DrawnEdge} edge
 *  @param {State} state @param {SVGElement} group @returns {(part: number) => void} */
function travel(edge, { graph, now }, group) {
  const line = /** @type {SVGPathElement} */ (edge.root.querySelector(".line")),
    length = line.getTotalLength(),
    text = s("text", { class: "traveller", "text-anchor": "middle", "dominant-baseline": "central" });
  const [before, after] = [graph.gradients[Number(now.node)], handedBack(edge, now)].map((x) =>
    asText(x, graph.data.digits),
  );
  group.append(text);
  return (part) => {
    const { x, y } = line.getPointAtLength(length * (1 - part));
    setText(text, part < 0.5 ? before : after);
    text.setAttribute("x", x.toFixed(1));
    text.setAttribute("y", y.toFixed(1));
  };
}
