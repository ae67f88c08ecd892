// One threshold of a gesture: a line on its gauge that is dragged, or moved with the keys.

import { h, setAttribute, setText } from "./dom.js";
import { number } from "./i18n.js";

const STEP = 0.01;
const PAGE = 0.05;
const KEYS_SETTLE_MS = 500;
/** For so long what was accepted stands without the state saying so. */
export const CONFIRM_MS = 3000;

const STEPS = {
  ArrowRight: STEP,
  ArrowUp: STEP,
  ArrowLeft: -STEP,
  ArrowDown: -STEP,
  PageUp: PAGE,
  PageDown: -PAGE,
};

export const rounded = (value) => Math.round(value * 100) / 100;

/**
 * A slider over `gauge`, 0..1.
 *
 * `limits()` gives the least and the largest value allowed now; `commit(value)` is called when
 * the user has decided, and resolves to whether that was accepted.
 */
export function buildThreshold({ className, label, word, gauge, limits, commit }) {
  const flag = h("span", { class: "flag" });
  const element = h(
    "div",
    { class: `threshold ${className}`, role: "slider", tabindex: 0, "aria-label": label },
    flag,
  );
  setAttribute(element, "aria-orientation", "horizontal");
  let inForce = 0;
  let chosen = null;
  // What was sent last, until the state says so.
  let asked = null;
  let timer = 0;
  let confirming = 0;

  const value = () => chosen ?? inForce;
  const isDragged = () => element.classList.contains("dragging");

  function show() {
    const [low, high] = limits();
    element.style.left = `${value() * 100}%`;
    setText(flag, `${word} ${number(value(), 2)}`);
    setAttribute(element, "aria-valuemin", low);
    setAttribute(element, "aria-valuemax", high);
    setAttribute(element, "aria-valuenow", value());
    setAttribute(element, "aria-valuetext", number(value(), 2));
  }

  function choose(wanted) {
    clearTimeout(confirming);
    const [low, high] = limits();
    chosen = rounded(Math.min(high, Math.max(low, wanted)));
    show();
  }

  async function decide() {
    clearTimeout(timer);
    if (chosen === null || chosen === asked) return;
    const wanted = chosen;
    if (wanted === inForce && asked === null) {
      forget(wanted);
      return;
    }
    asked = wanted;
    const done = await commit(wanted);
    if (asked !== wanted) return;
    const giveUp = () => {
      if (asked === wanted) asked = null;
      if (!isDragged()) forget(wanted);
    };
    // What was accepted stands until the state says so, lest the line jump back and forth.
    if (done) confirming = setTimeout(giveUp, CONFIRM_MS);
    else giveUp();
  }

  function forget(wanted) {
    if (chosen !== wanted) return;
    chosen = null;
    show();
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.focus();
    element.setPointerCapture(event.pointerId);
    element.classList.add("dragging");
    event.preventDefault();
  });
  element.addEventListener("pointermove", (event) => {
    if (!isDragged()) return;
    const box = gauge.getBoundingClientRect();
    choose((event.clientX - box.left) / box.width);
  });
  element.addEventListener("pointerup", () => {
    element.classList.remove("dragging");
    decide();
  });
  element.addEventListener("pointercancel", () => {
    element.classList.remove("dragging");
    forget(chosen);
  });
  element.addEventListener("keydown", (event) => {
    let wanted = value() + (STEPS[event.key] ?? 0);
    if (event.key === "Home") [wanted] = limits();
    if (event.key === "End") [, wanted] = limits();
    if (event.key === "Escape") forget(chosen);
    if (wanted === value()) return;
    event.preventDefault();
    choose(wanted);
    clearTimeout(timer);
    timer = setTimeout(decide, KEYS_SETTLE_MS);
  });
  element.addEventListener("blur", decide);

  return {
    element,
    value,
    update(now) {
      inForce = rounded(now);
      if (asked === inForce) asked = null;
      if (chosen === inForce && asked === null && !isDragged()) chosen = null;
      show();
    },
    show,
  };
}
