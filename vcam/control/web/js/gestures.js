// The gestures: what is seen of each now, from which score it counts, and whether it may start.

import { order } from "./api.js";
import { button, h, keyed, setAttribute, setOn, setText, svg, toggle, writing } from "./dom.js";
import { gestureLabel, number, t, tOf } from "./i18n.js";
import { needMeters } from "./need.js";
import { on, store } from "./store.js";
import { buildThreshold, CONFIRM_MS } from "./threshold.js";

const RING = 2 * Math.PI * 15;
const ARIA_STEP = 0.05;
// As `dwell_ms` of the settings allows.
const LEAST_MS = 100;
const MOST_MS = 10000;

export function buildGestures() {
  const reactions = toggle(t("reactions"), (wanted) => order({ do: "reactions", on: wanted }));
  const watched = h("ul", { class: "gestures" });
  const others = h("ul", { class: "rows" });
  const othersTitle = h("summary", {});
  const rest = h(
    "details",
    { class: "card more" },
    othersTitle,
    h("p", { class: "help" }, t("gestures.others.help")),
    others,
  );
  const none = h("p", { class: "card empty" });
  const rows = new Map();

  on("state", (state) => {
    setOn(reactions, state.reactions);
    const answered = state.gestures.filter((gesture) => gesture.answered);
    const idle = state.gestures.filter((gesture) => !gesture.answered);
    none.hidden = answered.length > 0;
    setText(none, state.reactions ? t("gestures.none") : t("gestures.unanswered"));
    keyed(
      watched,
      answered,
      (gesture) => gesture.name,
      (gesture) => {
        const row = buildRow(gesture);
        rows.set(gesture.name, row);
        return row;
      },
    );
    keyed(others, idle, (gesture) => gesture.name, buildIdle);
    rest.hidden = idle.length === 0;
    setText(othersTitle, t("gestures.others", idle.length));
  });
  on("meters", (meters) => {
    for (const meter of meters.gestures) rows.get(meter.gesture)?.meter(meter);
  });
  const element = h(
    "div",
    {},
    h(
      "div",
      { class: "card master" },
      h("div", {}, h("h2", {}, t("reactions")), h("p", { class: "help" }, t("reactions.help"))),
      reactions,
    ),
    none,
    watched,
    rest,
  );
  return { element, shown: (open) => needMeters("gestures", open) };
}

function buildIdle(first) {
  const name = h("span", { class: "name" });
  const allowed = toggle(t("gesture.switch", gestureLabel(store.state, first.name)), (wanted) =>
    order({ do: "gesture", name: first.name, on: wanted }),
  );
  const update = (gesture) => {
    setText(name, gestureLabel(store.state, gesture.name));
    setOn(allowed, gesture.on);
  };
  return { element: h("li", {}, name, allowed), update };
}

function buildRow(first) {
  const { name } = first;
  const label = gestureLabel(store.state, name);
  const dwell = svg("circle", {
    cx: 18,
    cy: 18,
    r: 15,
    class: "done",
    "stroke-dasharray": RING,
    "stroke-dashoffset": RING,
  });
  const ring = svg(
    "svg",
    { class: "ring", viewBox: "0 0 36 36", "aria-hidden": "true" },
    svg("circle", { cx: 18, cy: 18, r: 15 }),
    dwell,
    svg("path", { d: "m11.500 18.500 4.500 4.500 8.500-9.500" }),
  );
  const reason = h("span", { class: "reason" });
  const score = h("span", { class: "score" }, number(0, 2));
  const play = button(t("gesture.play", label), { iconName: "play", quiet: true, class: "bare" });
  play.addEventListener("click", () => order({ do: "react", gesture: name }));
  const allowed = toggle(t("gesture.switch", label), (wanted) =>
    order({ do: "gesture", name, on: wanted }),
  );

  const fill = h("div", { class: "fill" });
  const gauge = h("div", { class: "gauge" }, h("div", { class: "track" }, fill));
  const bar = gauge.firstChild;
  for (const [key, value] of Object.entries({
    role: "meter",
    "aria-label": t("gesture.score", label),
    "aria-valuemin": 0,
    "aria-valuemax": 1,
    "aria-valuenow": 0,
  })) {
    bar.setAttribute(key, value);
  }
  const set = (field, value) =>
    order({ do: "settings", set: { [`triggers.gestures.${name}.${field}`]: value } });
  const threshold = (field, limits) =>
    buildThreshold({
      className: field,
      label: t(`gesture.${field}.label`, label),
      word: t(`gesture.${field}`),
      gauge,
      limits,
      commit: async (value) => (await set(field, value)) !== null,
    });
  // Neither line can be dragged past the other: leave is never above enter.
  const enter = threshold("enter", () => [leave.value(), 1]);
  const leave = threshold("leave", () => [0, enter.value()]);
  gauge.append(enter.element, leave.element);

  const hold = buildHold(label, (value) => set("dwell_ms", value));
  const reset = button(t("gesture.reset"), {
    iconName: "reset",
    class: "small",
    "aria-label": t("gesture.reset.label", label),
  });
  const own = ["enter", "leave", "dwell_ms"].map((field) => `triggers.gestures.${name}.${field}`);
  // There is nothing to reset while all three are as they came.
  const changed = () =>
    store.settings.filter(({ key, origin }) => own.includes(key) && origin !== "default");
  on("settings", () => {
    reset.hidden = changed().length === 0;
  });
  reset.addEventListener("click", async () => {
    await order({ do: "settings", unset: changed().map(({ key }) => key) });
    if ([reset, document.body].includes(document.activeElement)) enter.element.focus();
  });

  const head = h(
    "div",
    { class: "head" },
    ring,
    h("div", { class: "name" }, h("h3", {}, label), reason),
    score,
    play,
    allowed,
  );
  const element = h(
    "li",
    { class: "card gesture", "data-gesture": name },
    head,
    gauge,
    h("div", { class: "foot" }, hold.element, reset),
  );
  let off = false;
  let shown = "";

  return {
    element,
    update(gesture) {
      off = !gesture.on || !store.state.reactions;
      setOn(allowed, gesture.on);
      element.classList.toggle("off", off);
      enter.update(gesture.enter);
      leave.update(gesture.leave);
      enter.show();
      hold.update(gesture.dwell_ms);
      play.disabled = !gesture.on || store.state.mode !== "live";
    },
    meter(meter) {
      const now = `${meter.score.toFixed(2)} ${meter.progress.toFixed(2)} ${meter.active} ${meter.reason}`;
      if (now === shown) return;
      shown = now;
      fill.style.transform = `scaleX(${meter.score.toFixed(3)})`;
      setText(score, number(meter.score, 2));
      setAttribute(
        bar,
        "aria-valuenow",
        (Math.round(meter.score / ARIA_STEP) * ARIA_STEP).toFixed(2),
      );
      dwell.style.strokeDashoffset = RING * (1 - (meter.active ? 1 : meter.progress));
      element.classList.toggle("active", meter.active);
      element.classList.toggle("held", meter.progress > 0 && !meter.active);
      setText(
        reason,
        meter.active
          ? t("gesture.active")
          : tOf("reason", meter.reason.replaceAll(" ", "_"), meter.reason),
      );
    },
  };
}

function buildHold(label, commit) {
  const input = h("input", {
    type: "number",
    min: LEAST_MS,
    max: MOST_MS,
    step: 50,
    "aria-label": t("gesture.hold.label", label),
  });
  const isWritten = writing(input);
  let inForce = 0;
  let asked = null;
  const show = () => {
    if (!isWritten()) input.value = inForce;
  };
  input.addEventListener("change", async () => {
    const value = Math.round(Number(input.value));
    const isAllowed = value >= LEAST_MS && value <= MOST_MS;
    if (isAllowed) {
      asked = value;
      const done = (await commit(value)) !== null;
      if (asked !== value) return;
      if (done) await new Promise((resolve) => setTimeout(resolve, CONFIRM_MS));
      if (asked !== value) return;
      asked = null;
    }
    show();
  });
  const element = h("label", { class: "hold" }, t("gesture.hold"), input, "ms");
  const update = (value) => {
    inForce = value;
    if (asked === value) asked = null;
    if (asked === null) show();
  };
  return { element, update };
}
