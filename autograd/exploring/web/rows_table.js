/** @import { LearningData } from "./types.js" */
/** @import { Outcome } from "./descent.js" */
/** @import { State } from "./state.js" */
import { button, h, setText } from "./dom.js";
import { t, tn } from "./language.js";
import { asText } from "./numbers.js";

const MOST_ROWS = 300; // that are listed

/** The rows of data, and what each of them gives. @param {State} state @param {LearningData} data */
export function rowsTable(state, { rows, feed, predictions }) {
  const { graph } = state,
    number = (/** @type {number} */ x) => asText(x, graph.data.digits),
    name = (/** @type {number} */ node) => (node < 0 ? "–" : graph.name(node));
  const heads = [t("row"), ...feed.map(name), ...predictions.map(name), name(graph.output)];
  const listed = rows.slice(0, MOST_ROWS).map((row, i) => {
    const show = button(String(i + 1), () => state.showRow(i), {
        class: "link",
        "aria-label": t("Show row {number}", { number: i + 1 }),
        disabled: state.locks("row"),
      }),
      results = Array.from({ length: predictions.length + 1 }, () => h("td"));
    const given = row.map((x) => h("td", {}, number(x)));
    return { root: h("tr", {}, h("th", { scope: "row" }, show), ...given, ...results), results };
  });
  const head = h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", {}, text)))),
    body = h("tbody", {}, ...listed.map(({ root }) => root)),
    more = rows.length - listed.length;
  /** @param {Outcome[]} outcomes */
  const update = (outcomes) => {
    listed.forEach(({ root, results }, i) => {
      const { predictions, cost } = outcomes[i];
      [...predictions, cost].forEach((x, k) => setText(results[k], number(x)));
      root.classList.toggle("current", i === state.descent.row);
    });
  };
  const element = h(
    "div",
    { class: "rows" },
    h("table", {}, head, body),
    more > 0 ? h("p", { class: "note" }, tn("and {count} more row", "and {count} more rows", more)) : null,
  );
  return { element, update };
}
