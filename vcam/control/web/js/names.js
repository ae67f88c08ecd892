// Settings whose key holds a name of the user's choice: `triggers.gestures.*.enter`.

import { h, icon, keyed, setText } from "./dom.js";
import { gestureLabel, modelTitle, t } from "./i18n.js";
import { store } from "./store.js";

/** The names chosen so far, by what they name. */
const chosen = { gestures: "", profiles: "", poses: "", models: "" };

/** What the user may name anew; a pose or a model is there, or it is not. */
const FAMILIES = {
  gestures: {
    label: () => t("names.gesture"),
    known: (state) => state.gestures.map((gesture) => gesture.name),
    title: (name) => gestureLabel(store.state, name),
  },
  poses: {
    label: () => t("names.pose"),
    known: (state) => state.teaching.poses.map((pose) => pose.name),
    title: (name) => gestureLabel(store.state, name),
  },
  models: {
    label: () => t("names.model"),
    known: (state) => state.recognisers.map((model) => model.name),
    title: (name) => modelTitle(store.state, name),
  },
};

/** What each `*` of a key or of its group names, from the left. */
function kindsOf(pattern) {
  const parts = pattern.split(".");
  return parts.flatMap((part, index) => (part === "*" ? [parts[index - 1]] : []));
}

function known(kind) {
  if (!store.state) return [];
  return FAMILIES[kind] ? FAMILIES[kind].known(store.state) : store.state.profiles;
}

/** Choices of the names in the group `pattern`. */
export function buildNames(pattern) {
  const fields = kindsOf(pattern).map((kind) =>
    FAMILIES[kind] ? choiceField(kind) : profileField(),
  );
  return {
    element: h(
      "div",
      { class: "names" },
      fields.map((field) => field.element),
    ),
    update: () => fields.forEach((field) => field.update()),
  };
}

function choose(kind, name) {
  chosen[kind] = name;
  document.dispatchEvent(new CustomEvent("vcam:names"));
}

function choiceField(kind) {
  const label = FAMILIES[kind].label();
  const select = h("select", { "aria-label": label });
  select.addEventListener("change", () => choose(kind, select.value));
  const element = h("label", {}, label, h("div", { class: "select" }, select, icon("down")));
  const update = () => {
    const names = known(kind);
    if (!names.includes(chosen[kind])) chosen[kind] = names[0] ?? "";
    element.hidden = names.length === 0;
    keyed(
      select,
      names,
      (name) => name,
      (name) => {
        const option = h("option", { value: name });
        return { element: option, update: () => setText(option, FAMILIES[kind].title(name)) };
      },
    );
    select.value = chosen[kind];
  };
  return { element, update };
}

let lists = 0;

function profileField() {
  const id = `profile-names-${++lists}`;
  const input = h("input", {
    type: "text",
    list: id,
    maxlength: 60,
    "aria-label": t("names.profile"),
    placeholder: t("names.profile.new"),
  });
  const list = h("datalist", { id });
  input.addEventListener("change", () => choose("profiles", input.value.trim()));
  const update = () => {
    chosen.profiles ||= known("profiles")[0] ?? "";
    list.replaceChildren(...known("profiles").map((name) => h("option", { value: name })));
    if (document.activeElement !== input) input.value = chosen.profiles;
  };
  return { element: h("label", {}, t("names.profile"), input, list), update };
}

/** `setting` with the chosen names in its key, and their value; null while a name is missing. */
export function named(setting, { settings }) {
  if (!setting.key.includes("*")) return setting;
  const kinds = kindsOf(setting.key);
  const names = kinds.map((kind) => chosen[kind]);
  if (names.includes("")) return null;
  let index = 0;
  const key = setting.key.replaceAll("*", () => names[index++]);
  const own = settings.find((other) => other.key === key);
  return {
    ...setting,
    value: setting.default,
    origin: "default",
    ...own,
    pattern: setting.key,
    key,
  };
}
