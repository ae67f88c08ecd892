// Selfies: how they are taken, the countdown over the live picture, and what has been taken.

import { order } from "./api.js";
import { bound } from "./bound.js";
import { button, h, icon, keyed, pills, setIcon, setText } from "./dom.js";
import { buildEditor } from "./editors.js";
import { gestureLabel, t, tEach, timeOfDay } from "./i18n.js";
import { on, store } from "./store.js";
import { say } from "./toast.js";

const TAKES = ["still", "burst", "strip", "clip"];
const LOOKS = ["both", "decorated", "clean"];
const TICK_MS = 100;

export function buildSelfie() {
  const shoot = button(t("selfie.start"), { iconName: "snapshot", class: "strong big" });
  shoot.addEventListener("click", () => order({ do: "selfie", cancel: Boolean(going()) }));
  const list = h("ul", { class: "pictures" });
  const none = h("p", { class: "help" }, t("pictures.none"));
  on("state", (state) => {
    const { selfie } = state;
    setText(shoot.querySelector("span"), selfie ? t("selfie.cancel") : t("selfie.start"));
    setIcon(shoot, selfie ? "close" : "snapshot");
    shoot.disabled = selfie?.phase === "saving" || (!selfie && state.mode !== "live");
    none.hidden = state.pictures.length > 0;
    keyed(list, state.pictures, (picture) => picture.name, buildPicture);
  });
  const element = h(
    "div",
    {},
    h(
      "div",
      { class: "card" },
      h("h2", {}, t("selfie.title")),
      h("p", { class: "help" }, t("selfie.help")),
      shoot,
      bound("selfie.take", (commit) => pills(t("selfie.take"), tEach("take", TAKES), commit)),
      bound("selfie.looks", (commit) => pills(t("selfie.looks"), tEach("looks", LOOKS), commit)),
      h(
        "div",
        { class: "fields" },
        bound("selfie.countdown_s", buildSeconds),
        bound("selfie.gesture", buildPose),
      ),
    ),
    h("div", { class: "card" }, h("h2", {}, t("pictures.title")), none, list),
  );
  return { element };
}

function going() {
  return store.state?.selfie ?? null;
}

function buildSeconds(commit) {
  const label = t("selfie.countdown");
  const setting = { kind: "number", low: 0, high: 30, nullable: false };
  const editor = buildEditor(setting, label, commit, (text) => say(text, "bad"));
  return { ...editor, element: h("label", { class: "field" }, label, editor.element) };
}

function buildPose(commit) {
  const label = t("selfie.pose");
  const select = h("select", { "aria-label": label });
  let inForce = "";
  select.addEventListener("change", () => commit(select.value || null));
  on("state", (state) => {
    const names = ["", ...state.gestures.map((gesture) => gesture.name)];
    keyed(
      select,
      names,
      (name) => name,
      (name) => {
        const option = h("option", { value: name });
        const text = () => (name ? gestureLabel(store.state, name) : t("selfie.pose.none"));
        return { element: option, update: () => setText(option, text()) };
      },
    );
    // While it is unfolded nothing changes under the hand.
    if (document.activeElement !== select) select.value = inForce;
  });
  const set = (value) => {
    inForce = value ?? "";
    select.value = inForce;
  };
  const box = h("div", { class: "select" }, select, icon("down"));
  return { element: h("label", { class: "field" }, label, box), set };
}

function buildPicture({ name, kind, gesture, at, decorated }) {
  const address = `/api/snapshots/${encodeURIComponent(name)}`;
  const words = t(`picture.${kind}`);
  const facts = [gesture && gestureLabel(store.state, gesture), decorated ? "" : t("looks.clean")];
  const time = timeOfDay(at);
  const link = { href: address, download: name, class: "link" };
  const element = h(
    "li",
    { "data-picture": name },
    h("img", { src: `${address}/thumbnail`, alt: `${words}, ${time}`, loading: "lazy" }),
    h(
      "p",
      {},
      h("strong", {}, words),
      " ",
      h("time", { datetime: new Date(at * 1000).toISOString() }, time),
    ),
    h("p", { class: "help" }, facts.filter(Boolean).join(" · ")),
    h(
      "a",
      { ...link, "aria-label": t("picture.download", words, time) },
      icon("download"),
      t("snapshot.download"),
    ),
  );
  return { element, update: () => {} };
}

let ticking = 0;

/** What stands over the live picture while a selfie goes on, whoever began it. */
export function buildCountdown() {
  clearInterval(ticking);
  const words = h("span", {});
  const seconds = h("strong", {});
  const cancel = button(t("confirm.no"), {
    iconName: "close",
    class: "small",
    "aria-label": t("selfie.cancel"),
  });
  cancel.addEventListener("click", () => order({ do: "selfie", cancel: true }));
  const told = h("p", { role: "status" }, words, " ", seconds);
  const element = h("div", { class: "countdown", hidden: true }, told, cancel);
  let endsAt = 0;
  const tick = () => {
    setText(seconds, Math.max(1, Math.ceil((endsAt - performance.now()) / 1000)));
  };
  on("state", ({ selfie }) => {
    clearInterval(ticking);
    element.hidden = !selfie;
    if (!selfie) return;
    setText(words, t(`selfie.${selfie.phase}`));
    cancel.hidden = selfie.phase === "saving";
    seconds.hidden = selfie.phase !== "counting";
    if (seconds.hidden) return;
    endsAt = performance.now() + selfie.left_s * 1000;
    tick();
    ticking = setInterval(tick, TICK_MS);
  });
  return element;
}
