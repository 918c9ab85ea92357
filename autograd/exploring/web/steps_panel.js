/** @import { State } from "./state.js" */
import { SPEEDS } from "./constants.js";
import { ICONS, choice, h, iconButton, setText } from "./dom.js";
import { evaluation, handingOn } from "./equations.js";
import { formula, inColumns, inOneLine } from "./formula.js";
import { t } from "./language.js";
import { localized } from "./numbers.js";
import { Typesetter } from "./typesetter.js";
import { heading, onlyData } from "./words.js";

/** The steps: controls that go to them, and what happens in the present one. @param {State} state */
export function stepsPanel(state) {
  const title = h("h2", {}),
    lines = h("div", { class: "lines" });
  state.subscribe(["numbers", "step", "look"], () => {
    setText(title, heading(state.now));
    lines.replaceChildren(...stepLines(state));
  });
  runTimer(state);
  return h("section", { class: "steps", "aria-label": t("Steps") }, transport(state), title, lines);
}

/** Take a step whenever it is time for one. @param {State} state */
function runTimer(state) {
  let timer = 0;
  const tick = () => {
    state.move(1);
    if (state.atEnd) state.play(false);
  };
  state.subscribe(["playing"], () => {
    clearInterval(timer);
    if (state.playing) timer = setInterval(tick, 1000 / state.speed);
  });
}

/** @param {State} state */
function transport(state) {
  const { last } = state.passes;
  const play = iconButton(t("Play"), "play", () => state.play(!state.playing));
  const slider = h("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    "aria-label": t("Step"),
    class: "step",
    oninput: () => state.goTo(Number(slider.value)),
  });
  const speed = choice(
    SPEEDS,
    (x) => state.setSpeed(Number(x)),
    { "aria-label": t("Speed") },
    (x) => `${localized(String(x))}×`,
  );
  state.subscribe(["step"], () => {
    slider.value = String(state.now.step);
    slider.setAttribute("aria-valuetext", heading(state.now));
  });
  state.subscribe(["playing"], () => {
    speed.value = String(state.speed);
    const name = state.playing ? t("Pause") : t("Play");
    play.querySelector("path")?.setAttribute("d", state.playing ? ICONS.pause : ICONS.play);
    play.setAttribute("aria-label", name);
    play.title = name;
  });
  return h(
    "div",
    { class: "transport", role: "toolbar", "aria-label": t("Steps") },
    iconButton(t("To the start"), "start", () => state.goTo(0)),
    iconButton(t("Step back"), "back", () => state.move(-1)),
    play,
    iconButton(t("Step forward"), "forward", () => state.move(1)),
    iconButton(t("To the end"), "end", () => state.goTo(last)),
    slider,
    speed,
    state.passes.data.size && !state.hides("gradients") ? dataGradients(state) : null,
  );
}

/** @param {State} state */
function dataGradients(state) {
  const box = h("input", { type: "checkbox", onchange: () => state.setDataGradients(box.checked) });
  state.subscribe(["look"], () => (box.checked = state.passes.dataToo));
  return h("label", { title: t("Whether inputs and targets get gradients, too") }, box, ` ${t("gradients of inputs")}`);
}

/** @param {State} state @returns {HTMLElement[]} */
function stepLines({ now, graph }) {
  const { phase } = now,
    node = Number(now.node);
  if (phase === "start") {
    const text = t(
      "Step forward, or play: each result is computed from its operands, and then gradients are handed back the same way.",
    );
    return [h("p", {}, text)];
  }
  if (phase === "done") {
    const text = t(
      "Every node has its value and its gradient. Play to see how they come about; select a node to see where its gradient came from; change a number and everything follows.",
    );
    return [h("p", {}, text)];
  }
  if (phase === "forward") return [formula(inColumns(evaluation(graph, node, "mathml")))];
  if (phase === "seed") {
    const typesetter = new Typesetter(graph, "mathml"),
      lines = [{ sign: typesetter.equals(), text: typesetter.number(1) }];
    return [formula(inOneLine({ left: typesetter.gradient(node), lines }))];
  }
  const shares = handingOn(now, "mathml");
  if (!shares.length) return [h("p", {}, onlyData())];
  return shares.map((share) => {
    const soFar = share.soFar ? [h("span", { class: "so-far" }, share.soFar)] : [];
    return formula(inOneLine(share), ...soFar);
  });
}
