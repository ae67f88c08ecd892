// Image models: what each sees now, what it costs, what it is not for, and what follows from it.

import { order } from "./api.js";
import { h, keyed, setOn, setText, toggle } from "./dom.js";
import { modelTitle, number, readable, t } from "./i18n.js";
import { buildRules } from "./rules.js";
import { on, store } from "./store.js";

export function build() {
  const list = h("ul", { class: "models" });
  const none = h("p", { class: "card empty" }, t("models.none"));
  on("state", ({ recognisers }) => {
    none.hidden = recognisers.length > 0;
    keyed(list, recognisers, (model) => model.name, buildModel);
  });
  return {
    element: h(
      "div",
      {},
      h("h2", { class: "title" }, t("models.title")),
      h("p", { class: "help lead" }, t("models.help")),
      none,
      list,
      buildRules(),
    ),
  };
}

function buildModel({ name }) {
  const title = h("h3", {});
  const switcher = toggle(t("model.switch", modelTitle(store.state, name)), (on_) =>
    order({ do: "settings", set: { [`recognisers.models.${name}.enabled`]: on_ } }),
  );
  const facts = h("p", { class: "help" });
  const problem = h("p", { class: "problem" });
  const bars = h("ul", { class: "bars" });
  const limits = h("p", { class: "help limits" });
  const element = h(
    "li",
    { class: "card model", "data-model": name },
    h("div", { class: "master" }, title, switcher),
    facts,
    problem,
    bars,
    limits,
  );
  const update = (model) => {
    setText(title, model.title || readable(name));
    setOn(switcher, model.on);
    switcher.disabled = Boolean(model.problem) && !model.on;
    setText(facts, factsOf(model));
    facts.hidden = Boolean(model.problem);
    setText(problem, model.problem);
    problem.hidden = !model.problem;
    element.classList.toggle("off", !model.on);
    element.classList.toggle("running", model.running);
    keyed(bars, model.classes, (one) => one.name, buildBar);
    bars.hidden = Boolean(model.problem);
    setText(limits, model.not_for ? t("model.not_for", model.not_for) : "");
    limits.hidden = !model.not_for;
  };
  return { element, update };
}

function factsOf({ running, on: isOn, region, rate_hz, ms }) {
  const state = t(!isOn ? "model.off" : running ? "model.running" : "model.waits");
  const parts = [state, t(`region.${region}`)];
  if (running && rate_hz) parts.push(t("model.rate", number(rate_hz, 1)));
  if (ms) parts.push(t("model.cost", number(ms, 1)));
  return parts.join(" · ");
}

/** One class and its score, as a bar. */
export function buildBar({ name }) {
  const fill = h("span", { class: "fill" });
  const value = h("span", { class: "score" });
  const element = h(
    "li",
    {},
    h("span", { class: "name" }, readable(name)),
    h("span", { class: "track" }, fill),
    value,
  );
  const update = ({ score }) => {
    fill.style.transform = `scaleX(${score.toFixed(3)})`;
    setText(value, number(score, 2));
  };
  return { element, update };
}
