// What a training came to, told before anything of it goes live.

import { order } from "./api.js";
import { button, h, setText } from "./dom.js";
import { gestureLabel, number, percent, t } from "./i18n.js";
import { on, store } from "./store.js";

const GOOD = 0.9;

/** From this share on the daemon, too, says what to do about a look-alike. */
const ALIKE = 0.2;

export function buildJudgement() {
  const use = button(t("judged.use"), { class: "strong", iconName: "check" });
  const drop = button(t("judged.drop"), { iconName: "close" });
  use.addEventListener("click", () => order({ do: "use_taught", on: true }));
  drop.addEventListener("click", () => order({ do: "use_taught", on: false }));
  const verdict = h("p", { class: "step", role: "status" });
  const levers = h("div", { class: "levers" }, use, drop);
  const tables = h("div", { class: "tables" });
  const took = h("p", { class: "help" });
  const element = h(
    "div",
    { class: "card judged", hidden: true },
    h("h2", {}, t("judged.title")),
    verdict,
    tables,
    took,
    levers,
  );
  let shown = "";
  on("state", ({ teaching }) => {
    const poses = teaching.poses.filter((pose) => pose.figures);
    const waits = teaching.phase === "judged" && !teaching.confirmed;
    element.hidden = poses.length === 0;
    if (element.hidden) return;
    levers.hidden = !waits;
    const now = JSON.stringify([poses.map(({ name, figures }) => [name, figures]), teaching.confusion]);
    if (now === shown && !verdict.hidden === waits) return;
    shown = now;
    verdict.hidden = !waits;
    setText(verdict, waits ? spoken(poses) : "");
    tables.replaceChildren(
      figuresOf(poses),
      ...likenesses(poses),
      ...(teaching.confusion.length ? [matrix(teaching)] : []),
    );
    setText(took, t("judged.took", number(teaching.trained_in_s, 1)));
    took.hidden = !teaching.trained_in_s;
  });
  return element;
}

function labelOf(name) {
  return gestureLabel(store.state, name);
}

function spoken(poses) {
  const weak = poses.filter(({ figures }) => figures.recall < GOOD || (figures.precision ?? 1) < GOOD);
  if (weak.length > 0) return t("judged.weak", weak.map((pose) => labelOf(pose.name)).join(", "));
  const alike = poses.filter(({ figures }) => figures.look_alikes.some(([, share]) => share >= ALIKE));
  if (alike.length === 0) return t("judged.good");
  return t("judged.alike", alike.map((pose) => labelOf(pose.name)).join(", "));
}

function figuresOf(poses) {
  const heads = ["pose", "precision", "recall", "support"].map((name) =>
    h("th", { scope: "col" }, t(`judged.${name}`)),
  );
  const rows = poses.map(({ name, figures }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, labelOf(name)),
      h("td", {}, figures.precision === null ? "–" : percent(figures.precision)),
      h("td", {}, percent(figures.recall)),
      h("td", {}, number(figures.support)),
    ),
  );
  return scrolling(
    t("judged.figures"),
    h(
      "table",
      { class: "figures-of" },
      h("caption", {}, t("judged.figures")),
      h("thead", {}, h("tr", {}, heads)),
      h("tbody", {}, rows),
    ),
  );
}

/** In plain words, what is taken for what. */
function likenesses(poses) {
  const words = poses.flatMap(({ name, figures }) =>
    figures.look_alikes.map(([other, share]) =>
      h("li", {}, t("judged.like", labelOf(name), labelOf(other), percent(share))),
    ),
  );
  if (words.length === 0) return [h("p", { class: "help" }, t("judged.like.none"))];
  return [h("h3", {}, t("judged.likes")), h("ul", { class: "likes" }, words)];
}

function matrix({ classes, confusion }) {
  const heads = classes.map((name) => h("th", { scope: "col" }, labelOf(name)));
  const rows = confusion.map((counts, row) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const cells = counts.map((count, column) => {
      const cell = h("td", { class: row === column ? "right" : "wrong" }, number(count));
      cell.style.setProperty("--share", total ? (count / total).toFixed(3) : "0");
      return cell;
    });
    return h("tr", {}, h("th", { scope: "row" }, labelOf(classes[row])), cells);
  });
  return scrolling(
    t("judged.matrix"),
    h(
      "table",
      { class: "matrix" },
      h("caption", {}, t("judged.matrix")),
      h("thead", {}, h("tr", {}, h("td", {}), heads)),
      h("tbody", {}, rows),
    ),
  );
}

// What is wider than the screen is scrolled by its own, with the keys too.
function scrolling(label, table) {
  return h("div", { class: "wide", role: "region", "aria-label": label, tabindex: 0 }, table);
}
