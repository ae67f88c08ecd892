// What an effect looks like: asked for when somebody points at it, goes to it, or taps it.

import { h } from "./dom.js";
import { readable, t } from "./i18n.js";
import { settingValue } from "./store.js";

/** Who sweeps over many asks for none. */
const PAUSE_MS = 250;
const AWAY = 8;

export const wantsStill = () =>
  matchMedia("(prefers-reduced-motion: reduce)").matches ||
  settingValue("effects.reduced_motion") === true;

/** Where the picture of an effect is; the moving one takes some ten times as long to draw. */
export function previewAddress(pack, effect, still) {
  const [folder, name] = [pack, effect].map(encodeURIComponent);
  return `/api/packs/${folder}/effects/${name}/preview.webp${still ? "?still=true" : ""}`;
}

let shown = null;
let timer = 0;
let wanted = null;

function hide() {
  clearTimeout(timer);
  shown?.remove();
  shown = wanted = null;
}

function later(control, pack, effect) {
  hide();
  wanted = [control, pack, effect];
  timer = setTimeout(show, PAUSE_MS, control, pack, effect);
}

/** The focus may scroll the page itself: what is still wanted comes once that has ended. */
function scrolled() {
  if (wanted) later(...wanted);
}

/**
 * Shows a small picture beside `control` while it has the focus, or `holder` is pointed at.
 *
 * A disabled button gets no events of the mouse; what holds it does.
 */
export function glimpse(holder, control, pack, effect) {
  const soon = () => later(control, pack, effect);
  holder.addEventListener("pointerenter", soon);
  control.addEventListener("focus", () => control.matches(":focus-visible") && soon());
  for (const name of ["pointerleave", "pointercancel"]) holder.addEventListener(name, hide);
  control.addEventListener("blur", hide);
}

function show(control, pack, effect) {
  if (!control.isConnected) return;
  const picture = h("img", {
    src: previewAddress(pack, effect, wantsStill()),
    alt: t("preview.of", readable(effect)),
    width: 240,
    height: 135,
  });
  const figure = h("div", { class: "glimpse" }, picture);
  picture.addEventListener("error", () => figure.remove());
  picture.addEventListener("load", () => figure.classList.add("loaded"));
  document.body.append(figure);
  const box = control.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = figure;
  const left = Math.min(box.left, innerWidth - width - AWAY);
  const above = box.top - height - AWAY;
  figure.style.left = `${Math.max(AWAY, left)}px`;
  figure.style.top = `${above > AWAY ? above : box.bottom + AWAY}px`;
  shown = figure;
}

document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("vcam:tab", hide);
document.addEventListener("scroll", scrolled, { passive: true });
