// What the user should know: no connection, a settings file that is not in force, notices.

import { button, h, icon, keyed, setText } from "./dom.js";
import { t } from "./i18n.js";
import { retryNow } from "./live.js";
import { on, store } from "./store.js";

/** Notices that were closed on this visit. */
const closed = new Set();

export function buildBanners() {
  const holder = h("div", { class: "banners", "aria-live": "polite" });
  const show = () => keyed(holder, list(store), (item) => item.key, create);
  on("state", show);
  on("connection", show);
  return holder;
}

function list({ state, connection }) {
  if (connection === "refused") {
    return [{ key: "refused", kind: "bad", title: t("offline.refused"), text: t("offline.open") }];
  }
  if (connection === "lost") {
    return [
      { key: "lost", kind: "bad", title: t("offline.lost"), text: t("offline.retry"), again: true },
    ];
  }
  if (!state) return [];
  const items = [];
  const add = (key, kind, title, text) => text && items.push({ key, kind, title, text });
  if (state.camera.phase === "lost")
    add("camera", "bad", t("camera.lost"), state.camera.message || state.camera.name);
  add("problem", "bad", t("settings.problem"), state.settings.problem);
  add("warning", "warn", t("settings.warning"), state.settings.warning);
  add("recognition", "warn", t("recognition.off"), state.recognition);
  for (const notice of state.notices) add(`notice ${notice}`, "info", "", notice);
  return items.filter((item) => !closed.has(item.key));
}

function create(first) {
  const title = h("strong", {});
  const text = h("span", {});
  const again = first.again ? button(t("offline.now"), { class: "small" }) : null;
  again?.addEventListener("click", retryNow);
  const close =
    first.kind === "info"
      ? button(t("close"), { iconName: "close", quiet: true, class: "bare" })
      : null;
  close?.addEventListener("click", () => {
    closed.add(first.key);
    element.hidden = true;
  });
  const element = h(
    "div",
    { class: `banner ${first.kind}`, "data-banner": first.key },
    icon(first.kind === "info" ? "info" : "warn"),
    h("p", {}, title, " ", text),
    again,
    close,
  );
  const update = (item) => {
    setText(title, item.title);
    setText(text, item.text);
  };
  return { element, update };
}
