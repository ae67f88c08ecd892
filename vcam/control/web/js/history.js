// What has started, with a way to say that it should not have.

import { order } from "./api.js";
import { h, icon, keyed, setAttribute, setText } from "./dom.js";
import { gestureLabel, number, readable, t, timeOfDay } from "./i18n.js";
import { on, store } from "./store.js";

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
  const element = h(
    "li",
    { "data-start": first.id },
    h("time", { datetime: new Date(first.at * 1000).toISOString() }, time),
    h(
      "div",
      { class: "what" },
      h("p", {}, h("strong", {}, label), verdict),
      h("p", { class: "help" }, facts.join(" · "), effects ? ` · ${effects}` : ""),
    ),
    mark,
  );
  const update = (start) => {
    ({ wrong } = start);
    element.classList.toggle("wrong", wrong);
    setText(verdict, wrong ? t("history.wrong") : "");
    setText(words, wrong ? t("history.undo") : t("history.mark"));
    setAttribute(
      mark,
      "aria-label",
      t(wrong ? "history.undo.label" : "history.mark.label", label, time),
    );
  };
  return { element, update };
}
