// What has started, with a way to say that it should not have.

import { order } from "./api.js";
import { h, icon, keyed, setAttribute, setText, svg } from "./dom.js";
import { gestureLabel, number, readable, t, timeOfDay } from "./i18n.js";
import { on, store } from "./store.js";

const WIDTH = 132;
const HEIGHT = 36;

export function buildHistory() {
  const list = h("ol", { class: "history" });
  const none = h("p", { class: "card empty" }, t("history.none"));
  const tally = h("p", { class: "help lead" });
  on("history", (starts) => {
    none.hidden = starts.length > 0;
    list.hidden = starts.length === 0;
    const wrong = starts.filter((start) => start.wrong).length;
    setText(tally, starts.length ? t("history.tally", starts.length, wrong) : t("history.help"));
    keyed(list, starts, (start) => start.id, buildStart);
  });
  return {
    element: h("div", {}, h("h2", { class: "title" }, t("history.title")), tally, none, list),
  };
}

function buildStart(first) {
  const label = gestureLabel(store.state, first.gesture);
  const time = timeOfDay(first.at);
  const words = h("span", { class: "label" });
  const mark = h("button", { type: "button", class: "small" }, icon("close"), words);
  let wrong = first.wrong;
  mark.addEventListener("click", () => order({ do: "wrong", start: first.id, wrong: !wrong }));
  const effects = first.effects.map((effect) => readable(effect.split("/").pop())).join(", ");
  const facts = [
    t("history.held", number(first.held_ms)),
    t("history.score", number(first.score, 2)),
  ];
  const verdict = h("span", { class: "verdict" });
  const undone = h("span", { class: "chip" }, t("history.undone"));
  const trace = svg("svg", { class: "trace", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  let drawn = 0;
  const element = h(
    "li",
    { "data-start": first.id },
    h("time", { datetime: new Date(first.at * 1000).toISOString() }, time),
    h(
      "div",
      { class: "what" },
      h("p", {}, h("strong", {}, label), " ", undone, verdict),
      h("p", { class: "help" }, facts.join(" · "), effects ? ` · ${effects}` : ""),
      trace,
    ),
    mark,
  );
  const update = (start) => {
    ({ wrong } = start);
    element.classList.toggle("wrong", wrong);
    setText(verdict, wrong ? t("history.wrong") : "");
    undone.hidden = !start.undone;
    setAttribute(trace, "hidden", start.trace.length < 2);
    // It grows once, when the gesture has ended.
    if (start.trace.length > 1 && start.trace.length !== drawn) {
      drawn = start.trace.length;
      draw(trace, start, label);
    }
    setText(words, wrong ? t("history.undo") : t("history.mark"));
    setAttribute(
      mark,
      "aria-label",
      t(wrong ? "history.undo.label" : "history.mark.label", label, time),
    );
  };
  return { element, update };
}

/** The score over time, with the moment of the start and the score from which it counts now. */
function draw(holder, start, label) {
  const { trace } = start;
  const [from, to] = [trace[0][0], trace.at(-1)[0]];
  const x = (at) => (((at - from) / (to - from || 1)) * WIDTH).toFixed(1);
  const y = (score) => (HEIGHT - 2 - score * (HEIGHT - 4)).toFixed(1);
  const line = (name, x1, y1, x2, y2) => svg("line", { class: name, x1, y1, x2, y2 });
  const gesture = store.state?.gestures.find((known) => known.name === start.gesture);
  const points = trace.map(([at, score]) => `${x(at)},${y(score)}`).join(" ");
  holder.replaceChildren(
    svg("polygon", { points: `0,${y(0)} ${points} ${WIDTH},${y(0)}` }),
    ...(gesture ? [line("enter", 0, y(gesture.enter), WIDTH, y(gesture.enter))] : []),
    line("moment", x(0), 0, x(0), HEIGHT),
    svg("polyline", { points }),
  );
  const seconds = [-from, to].map((length) => number(Math.max(0, length), 1));
  setAttribute(holder, "aria-label", t("history.trace", label, ...seconds));
}
