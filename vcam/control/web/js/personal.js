// What vcam learns of its user: calibration, everything that is kept, and how it is deleted.

import { order } from "./api.js";
import { button, h, keyed, setText } from "./dom.js";
import { confirmed } from "./dialog.js";
import { dateOf, gestureLabel, number, sizeOf, t } from "./i18n.js";
import { on, store } from "./store.js";

const RUNS = ["talk", "pause", "pose", "weighing"];

export function buildPersonal() {
  return { element: h("div", {}, buildCalibration(), buildKept()) };
}

function buildCalibration() {
  const start = button(t("calibrate.start"), { class: "strong" });
  let runs = false;
  start.addEventListener("click", () => order({ do: "calibrate", cancel: runs }));
  const step = h("p", { class: "step", role: "status" });
  const fill = h("div", { class: "fill" });
  const track = h("div", { class: "track", role: "progressbar" }, fill);
  track.setAttribute("aria-label", t("calibrate.progress"));
  const left = h("p", { class: "help" });
  const run = h("div", { class: "run", hidden: true }, track, left);
  const results = h("ul", { class: "rows" });
  let phase = "";
  let longest_s = 0;

  on("state", ({ calibration }) => {
    runs = RUNS.includes(calibration?.phase);
    setText(start.querySelector("span"), runs ? t("calibrate.cancel") : t("calibrate.start"));
    start.classList.toggle("strong", !runs);
    setText(step, calibration ? instruction(calibration) : "");
    step.hidden = !calibration;
    run.hidden = !runs;
    keyed(results, calibration?.results ?? [], (result) => result.gesture, buildResult);
    if (!runs) return;
    const now = `${calibration.phase} ${calibration.gesture} ${calibration.take}`;
    if (now !== phase) longest_s = 0;
    phase = now;
    longest_s = Math.max(longest_s, calibration.left_s);
    const done = longest_s ? 1 - calibration.left_s / longest_s : 0;
    fill.style.transform = `scaleX(${done.toFixed(3)})`;
    track.setAttribute("aria-valuenow", Math.round(done * 100));
    const seconds = [calibration.left_s, calibration.total_left_s].map((s) => Math.ceil(s));
    setText(left, t("calibrate.left", ...seconds));
  });
  return h(
    "div",
    { class: "card calibration" },
    h("h2", {}, t("calibrate.title")),
    h("p", { class: "help" }, t("calibrate.help")),
    step,
    run,
    results,
    start,
  );
}

function instruction({ phase, gesture, take, takes, message }) {
  if (phase === "failed") return message;
  return t(`calibrate.${phase}`, gesture ? gestureLabel(store.state, gesture) : "", take, takes);
}

function buildResult() {
  const name = h("strong", {});
  const values = h("span", { class: "score" });
  const why = h("p", { class: "help" });
  const update = ({ gesture, before, enter, message }) => {
    setText(name, gestureLabel(store.state, gesture));
    setText(values, `${number(before, 2)} → ${number(enter, 2)}`);
    setText(why, message);
  };
  return { element: h("li", {}, h("div", {}, name, why), values), update };
}

function buildKept() {
  const list = h("ul", { class: "rows kept" });
  const problem = h("p", { class: "problem" });
  const all = button(t("kept.all"), { class: "danger", iconName: "delete" });
  all.addEventListener("click", () => forget("all", t("kept.all.ask"), t("kept.all")));
  on("state", ({ kept }) => {
    problem.hidden = !kept.problem;
    setText(problem, kept.problem);
    all.disabled = !kept.items.some(canGo);
    keyed(list, kept.items, (item) => item.kind, buildItem);
  });
  return h(
    "div",
    { class: "card" },
    h("h2", {}, t("kept.title")),
    h("p", { class: "help" }, t("kept.help")),
    problem,
    list,
    all,
  );
}

async function forget(what, question, action) {
  if (await confirmed(question, action)) await order({ do: "forget", what });
}

const canGo = (item) => Boolean(item.forget && (item.count || item.size));

function buildItem({ kind, forget: what }) {
  const words = t(`kept.${kind}`);
  const facts = h("p", { class: "help" });
  const path = h("code", {});
  const remove = button(t("kept.delete"), {
    iconName: "delete",
    class: "small",
    "aria-label": t("kept.delete.label", words),
  });
  remove.addEventListener("click", () => forget(what, t("kept.ask", words), t("kept.delete")));
  const update = (item) => {
    const parts = [
      item.count === null ? "" : t("kept.count", number(item.count)),
      item.size ? sizeOf(item.size) : "",
      item.since ? t("kept.since", dateOf(item.since)) : "",
    ];
    setText(facts, parts.filter(Boolean).join(" · "));
    setText(path, item.path);
    remove.hidden = !canGo(item);
  };
  const element = h(
    "li",
    { "data-kept": kind },
    h("div", {}, h("strong", {}, words), facts, path),
    remove,
  );
  return { element, update };
}
