// A choice among the effects of all packs.

import { h, icon, setAttribute } from "./dom.js";
import { readable, t } from "./i18n.js";
import { store } from "./store.js";

/** Gives { element, control, update(effect) }; `change(effect)` is told each choice, null for none. */
export function effectChoice(label, change) {
  const control = h("select", { "aria-label": label });
  control.addEventListener("change", () => change(control.value || null));
  let listed = "";
  const list = (extra) => {
    const packs = store.state.packs.filter((pack) => !pack.problem && pack.effects.length);
    const now = JSON.stringify([packs.map(({ name, effects }) => [name, effects.length]), extra]);
    // Rebuilding an open list would close it.
    if (now === listed) return;
    listed = now;
    const option = (value) => h("option", { value }, readable(value.split("/").pop()));
    control.replaceChildren(
      h("option", { value: "" }, t("choice.none")),
      ...packs.map(({ name, title, effects }) => {
        const group = h("optgroup", {});
        setAttribute(group, "label", title || readable(name));
        group.append(...effects.map((effect) => option(`${name}/${effect.name}`)));
        return group;
      }),
      ...(extra ? [option(extra)] : []),
    );
  };
  const update = (effect) => {
    const [pack, name] = (effect ?? "").split("/");
    const known = store.state.packs.some(
      (one) => one.name === pack && !one.problem && one.effects.some((each) => each.name === name),
    );
    list(effect && !known ? effect : "");
    if (document.activeElement !== control) control.value = effect ?? "";
  };
  return { element: h("div", { class: "select" }, control, icon("down")), control, update };
}
