// One taught pose: what it plays, its samples to sort, another name, or none at all.

import { order } from "./api.js";
import { asked, confirmed } from "./dialog.js";
import { button, h, icon, keyed, setAttribute, setText } from "./dom.js";
import { effectChoice } from "./effect-choice.js";
import { gestureLabel, number, t } from "./i18n.js";
import { store } from "./store.js";

export function buildPose({ name }) {
  const label = gestureLabel(store.state, name);
  const live = h("span", { class: "chip live" });
  const facts = h("p", { class: "help" });
  const effect = effectChoice(t("pose.effect.label", label), (chosen) =>
    order({ do: "settings", set: { [`teaching.poses.${name}.effect`]: chosen } }),
  );
  const rename = button(t("pose.rename"), {
    iconName: "edit",
    class: "small",
    "aria-label": t("pose.rename.label", label),
  });
  rename.addEventListener("click", async () => {
    const to = await asked(t("pose.rename.ask", label), name, t("pose.rename"));
    if (to && to !== name) await order({ do: "rename_pose", pose: name, to });
  });
  const forget = button(t("pose.forget"), {
    iconName: "delete",
    class: "small",
    "aria-label": t("pose.forget.label", label),
  });
  forget.addEventListener("click", async () => {
    const sure = await confirmed(t("pose.forget.ask", label), t("pose.forget"));
    if (sure) await order({ do: "forget_pose", pose: name });
  });
  const samples = buildSamples(name, label);
  const tools = h("div", { class: "tools" }, rename, forget);
  const element = h(
    "li",
    { class: "card taught-pose", "data-pose": name },
    h("div", { class: "head" }, h("h3", {}, label), live, tools),
    facts,
    h("label", { class: "field" }, t("pose.effect"), effect.element),
    samples.element,
  );
  const update = (pose) => {
    const isLive = pose.live;
    setText(live, t(isLive ? "pose.live" : "pose.waits"));
    live.classList.toggle("on", isLive);
    const isReady = pose.ready_made && !pose.samples.length;
    setText(facts, isReady ? t("pose.ready_made") : "");
    facts.hidden = !isReady;
    tools.hidden = isReady;
    effect.update(pose.answer || null);
    samples.update(pose.samples);
  };
  return { element, update };
}

/** The samples as a grid; the arrow keys go through it, Space and clicks choose. */
function buildSamples(name, label) {
  const chosen = new Set();
  let all = [];
  const title = h("summary", {});
  const grid = h("ul", { class: "samples" });
  grid.setAttribute("aria-label", t("samples.of", label));
  const count = h("span", { role: "status" });
  const drop = button(t("samples.drop"), { iconName: "delete", class: "small" });
  const target = h("select", { "aria-label": t("samples.move.to") });
  const move = button(t("samples.move"), { class: "small" });
  const moving = h(
    "div",
    { class: "moving" },
    h("div", { class: "select" }, target, icon("down")),
    move,
  );
  const bar = h("div", { class: "sorting", hidden: true }, count, drop, moving);
  const element = h("details", { class: "samples-of" }, title, bar, grid);

  const sort = async (pose) => {
    const samples = [...chosen];
    chosen.clear();
    show();
    await order({ do: "samples", samples, pose });
  };
  drop.addEventListener("click", () => sort(null));
  move.addEventListener("click", () => sort(target.value));
  element.addEventListener("toggle", () => show());

  function show() {
    const ids = new Set(all.map((sample) => sample.id));
    for (const id of chosen) if (!ids.has(id)) chosen.delete(id);
    bar.hidden = chosen.size === 0;
    setText(count, t("samples.chosen", number(chosen.size)));
    const others = store.state.teaching.poses.map((pose) => pose.name).filter((to) => to !== name);
    moving.hidden = others.length === 0;
    keyed(
      target,
      others,
      (other) => other,
      (other) => {
        const option = h("option", { value: other }, gestureLabel(store.state, other));
        return { element: option, update: () => {} };
      },
    );
    // Hundreds of pictures that nobody looks at are not fetched.
    if (!element.open) return;
    const items = all.map((sample, index) => ({ ...sample, index }));
    keyed(grid, items, (sample) => sample.id, buildSample);
    const buttons = [...grid.querySelectorAll("button")];
    if (!buttons.some((one) => one.tabIndex === 0) && buttons[0]) buttons[0].tabIndex = 0;
  }

  function buildSample({ id, picture }) {
    const face = picture
      ? h("img", { src: `/api/poses/samples/${id}`, alt: "", loading: "lazy" })
      : icon("hand");
    const control = h("button", { type: "button", class: "sample", tabindex: -1 }, face);
    control.addEventListener("click", () => {
      if (!chosen.delete(id)) chosen.add(id);
      show();
    });
    control.addEventListener("focus", () => {
      for (const other of grid.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
      control.tabIndex = 0;
    });
    const update = ({ index }) => {
      setAttribute(control, "aria-label", t("sample.label", number(index + 1), label));
      setAttribute(control, "aria-pressed", String(chosen.has(id)));
    };
    return { element: h("li", {}, control), update };
  }

  grid.addEventListener("keydown", (event) => {
    const buttons = [...grid.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const across = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across };
    let next = at + (steps[event.key] ?? 0);
    if (event.key === "Home") next = 0;
    if (event.key === "End") next = buttons.length - 1;
    if (at < 0 || next === at || !buttons[next]) return;
    event.preventDefault();
    buttons[next].focus();
  });

  return {
    element,
    update(samples) {
      all = samples;
      element.hidden = samples.length === 0;
      setText(title, t("samples.title", number(samples.length)));
      show();
    },
  };
}
