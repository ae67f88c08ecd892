// What follows when an image model, or people, says something for a while.

import { loadSettings, order } from "./api.js";
import { button, h, icon, keyed, setText } from "./dom.js";
import { effectChoice } from "./effect-choice.js";
import { modelTitle, number, readable, t, tEach, tOf } from "./i18n.js";
import { on, settingValue, store } from "./store.js";

const KEY = "recognisers.rules";
const PEOPLE = "people";
const HOLD_S = { least: 0.1, most: 10, usual: 1 };

/** The rules in force, each as the settings file has it. */
function inForce() {
  return (settingValue(KEY) ?? []).map(({ when, do: what, effect }) => ({
    when: {
      recogniser: when.recogniser,
      class: when.class ?? when.class_,
      hold_ms: when.hold_ms ?? 1000,
    },
    do: what,
    ...(effect ? { effect } : {}),
  }));
}

async function change(rules) {
  const done = await order({ do: "settings", set: { [KEY]: rules } });
  await loadSettings();
  return done;
}

export function buildRules() {
  const list = h("ul", { class: "rows rules" });
  const none = h("p", { class: "help" }, t("rules.none"));
  on("settings", () => {
    const rules = inForce().map((rule, index) => ({ rule, index, text: JSON.stringify(rule) }));
    none.hidden = rules.length > 0;
    keyed(list, rules, ({ index, text }) => `${index} ${text}`, buildRule);
  });
  return h("div", { class: "card" }, h("h2", {}, t("rules.title")), none, list, buildForm());
}

function buildRule({ rule, index }) {
  const { when, do: what, effect } = rule;
  const condition = t(
    "rules.when",
    modelTitle(store.state, when.recogniser),
    classTitle(when),
    number(when.hold_ms / 1000, 1),
  );
  const consequence = effect
    ? t("rules.play", readable(effect.split("/").pop()))
    : t(`follow.${what}`);
  const remove = button(t("rules.remove"), {
    iconName: "delete",
    class: "small",
    "aria-label": t("rules.remove.label", condition, consequence),
  });
  remove.addEventListener("click", () => change(inForce().filter((_, other) => other !== index)));
  const words = h("div", {}, h("strong", {}, consequence), h("p", { class: "help" }, condition));
  return { element: h("li", {}, words, remove), update: () => {} };
}

function classTitle({ recogniser, class: name }) {
  return recogniser === PEOPLE ? tOf("who", name, name) : readable(name);
}

function buildForm() {
  const model = select(t("rules.model"));
  const said = select(t("rules.class"));
  const hold = h("input", {
    type: "number",
    min: HOLD_S.least,
    max: HOLD_S.most,
    step: "any",
    required: true,
    ".value": String(HOLD_S.usual),
  });
  const what = select(t("rules.do"));
  fill(what, tEach("follow", ["effect", "pause", "blur", "log"]));
  let effect = null;
  const choice = effectChoice(t("rules.effect"), (chosen) => {
    effect = chosen;
    show();
  });
  const effectField = h("label", { class: "field" }, t("rules.effect"), choice.element);
  const add = h("button", { type: "submit", class: "strong" }, icon("add"), t("rules.add"));
  const form = h(
    "form",
    { class: "fields rule-form" },
    field(t("rules.model"), model),
    field(t("rules.class"), said),
    h("label", { class: "field" }, t("rules.hold"), hold),
    field(t("rules.do"), what),
    effectField,
    add,
  );

  function show() {
    const { recognisers, people } = store.state;
    const names = recognisers.filter((one) => !one.problem).map((one) => one.name);
    fill(
      model.control,
      [...names, PEOPLE].map((name) => [name, modelTitle(store.state, name)]),
    );
    const own = recognisers.find((one) => one.name === model.control.value);
    const everybody = people.people.map(({ name }) => [name, name]);
    fill(
      said.control,
      own
        ? own.classes.map(({ name }) => [name, readable(name)])
        : [...tEach("who", ["anybody", "unknown"]), ...everybody],
    );
    effectField.hidden = what.control.value !== "effect";
    choice.update(effect);
    add.disabled = !said.control.value || (!effectField.hidden && !effect);
  }

  on("state", show);
  form.addEventListener("change", show);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const rule = {
      when: {
        recogniser: model.control.value,
        class: said.control.value,
        hold_ms: Math.round(Number(hold.value) * 1000),
      },
      do: what.control.value,
      ...(what.control.value === "effect" ? { effect } : {}),
    };
    await change([...inForce(), rule]);
  });
  return h("details", { class: "new-rule" }, h("summary", {}, t("rules.new")), form);
}

function select(label) {
  const control = h("select", { "aria-label": label });
  return { element: h("div", { class: "select" }, control, icon("down")), control };
}

function field(label, { element }) {
  return h("label", { class: "field" }, label, element);
}

function fill(target, choices) {
  const control = target.control ?? target;
  const { value } = control;
  keyed(
    control,
    choices,
    ([name]) => name,
    ([name]) => {
      const option = h("option", { value: name });
      return { element: option, update: ([, text]) => setText(option, text) };
    },
  );
  control.value = choices.some(([name]) => name === value) ? value : (choices[0]?.[0] ?? "");
}
