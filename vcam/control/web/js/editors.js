// One editor for each kind of setting. Each gives { element, control, set(value) }.

import { button, h, icon, keyed, setOn, setText, toggle, writing } from "./dom.js";
import { t } from "./i18n.js";

const UNSET = "\u0000";

/** `commit(value)` is called once the user has decided; `fail(text)` tells what cannot be sent. */
export function buildEditor(setting, label, commit, fail) {
  if (setting.kind === "switch" && !setting.nullable) return switchEditor(label, commit);
  if (setting.kind === "switch") {
    const words = { true: t("setting.yes"), false: t("setting.no") };
    return choiceEditor(["true", "false"], words, true, label, (text) =>
      commit(text === null ? null : text === "true"),
    );
  }
  if (setting.kind === "choice")
    return choiceEditor(setting.choices, {}, setting.nullable, label, commit);
  if (setting.kind === "list") return listEditor(label, commit);
  if (setting.kind === "number" || setting.kind === "whole")
    return numberEditor(setting, label, commit, fail);
  return textEditor(setting, label, commit);
}

function switchEditor(label, commit) {
  const element = toggle(label, commit);
  return { element, control: element, set: (value) => setOn(element, value === true) };
}

function choiceEditor(choices, words, nullable, label, commit) {
  const options = choices.map((choice) => h("option", { value: choice }, words[choice] ?? choice));
  if (nullable) options.unshift(h("option", { value: UNSET }, t("setting.unset")));
  const control = h("select", { "aria-label": label }, ...options);
  control.addEventListener("change", () => commit(control.value === UNSET ? null : control.value));
  const set = (value) => {
    control.value = value === null ? UNSET : String(value);
  };
  return { element: h("div", { class: "select" }, control, icon("down")), control, set };
}

function numberEditor(setting, label, commit, fail) {
  const step = setting.kind === "whole" ? 1 : "any";
  const control = h("input", {
    type: "number",
    step,
    min: setting.low,
    max: setting.high,
    "aria-label": label,
  });
  if (setting.nullable) control.placeholder = t("setting.unset");
  control.addEventListener("change", () => {
    if (control.value !== "") commit(Number(control.value));
    else if (setting.nullable && !control.validity.badInput) commit(null);
    else fail(t("setting.number"));
  });
  return {
    element: control,
    control,
    set: setter(control, (value) => (value === null ? "" : String(value))),
  };
}

function textEditor(setting, label, commit) {
  const control = h("input", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    "aria-label": label,
  });
  if (setting.nullable) control.placeholder = t("setting.unset");
  control.addEventListener("change", () => {
    const text = control.value;
    if (setting.nullable && text === "") commit(null);
    else commit(setting.kind === "other" ? fromText(text) : text);
  });
  return { element: control, control, set: setter(control, toText) };
}

// `other` may hold what is no text, such as the number of a camera.
function fromText(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toText(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

// What somebody is typing, or has just had refused, is not overwritten.
function setter(control, words) {
  const isWritten = writing(control);
  return (value) => {
    const isBusy = isWritten() || control.getAttribute("aria-invalid") === "true";
    if (!isBusy) control.value = words(value);
  };
}

function listEditor(label, commit) {
  let items = [];
  const list = h("ul", { class: "chips" });
  const control = h("input", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    "aria-label": t("setting.list.new", label),
  });
  const add = button(t("setting.list.add"), { class: "small" });
  function append() {
    const text = control.value.trim();
    if (!text) return;
    control.value = "";
    decide([...items, text]);
  }
  // Shown at once: the next change starts from this one, not from what the daemon last said.
  function decide(wanted) {
    set(wanted);
    commit(wanted);
  }
  add.addEventListener("click", append);
  control.addEventListener("keydown", (event) => {
    if (event.key === "Enter") append();
  });
  const unset = h("li", { class: "help" }, t("setting.unset"));
  function set(value) {
    items = value ?? [];
    const chips = items.map((item, index) => ({ item, index, nth: nthOf(items, index) }));
    keyed(list, chips, ({ item, nth }) => `${nth} ${item}`, buildChip);
    if (value === null) list.append(unset);
    else unset.remove();
  }
  function buildChip({ item }) {
    const remove = button(t("setting.list.remove", item), {
      iconName: "close",
      quiet: true,
      class: "bare",
    });
    let index = 0;
    remove.addEventListener("click", () => {
      decide(items.filter((_, other) => other !== index));
      control.focus();
    });
    const update = (chip) => {
      ({ index } = chip);
    };
    return { element: h("li", { class: "chip" }, h("span", {}, item), remove), update };
  }
  const element = h(
    "div",
    { class: "list-editor" },
    list,
    h("div", { class: "add" }, control, add),
  );
  return { element, control, set };
}

// The same text may stand in a list more than once.
function nthOf(items, index) {
  return items.slice(0, index).filter((item) => item === items[index]).length;
}

/** The line under an editor that says what is wrong. */
export function buildError(id) {
  const element = h("p", { class: "problem", id, role: "alert", hidden: true });
  return {
    element,
    tell(control, text) {
      element.hidden = !text;
      setText(element, text);
      if (text) {
        control.setAttribute("aria-invalid", "true");
        control.setAttribute("aria-errormessage", id);
      } else {
        control.removeAttribute("aria-invalid");
        control.removeAttribute("aria-errormessage");
      }
    },
  };
}
