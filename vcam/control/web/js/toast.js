// Short messages at the edge; screen readers hear them.

import { button, h } from "./dom.js";
import { t } from "./i18n.js";

const GOOD_MS = 4000;
const BAD_MS = 12000;

let holder = null;

export function buildToasts() {
  holder = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  return holder;
}

/** Shows one line; `kind` is good or bad. */
export function say(text, kind = "good") {
  const close = button(t("close"), { iconName: "close", quiet: true, class: "bare" });
  const toast = h("div", { class: `toast ${kind}` }, h("p", {}, text), close);
  close.addEventListener("click", () => toast.remove());
  holder.replaceChildren(...[...holder.children].slice(-2), toast);
  setTimeout(() => toast.remove(), kind === "bad" ? BAD_MS : GOOD_MS);
}
