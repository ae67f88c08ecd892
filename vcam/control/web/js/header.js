// What is going on, in words and colour, and the levers that everybody needs.

import { order } from "./api.js";
import { button, h, icon, setAttribute, setIcon, setText } from "./dom.js";
import { currentLanguage, LANGUAGES, readable, t, tOf } from "./i18n.js";
import { say } from "./toast.js";
import { on, put, store } from "./store.js";
import { recall, remember } from "./storage.js";

const THEMES = ["auto", "light", "dark"];

/** The state in one word; also the colour's name. */
export function condition(state, connection) {
  if (connection === "lost" || connection === "refused") return "offline";
  if (!state) return "opening";
  return state.mode === "live" ? state.camera.phase : state.mode;
}

export function buildHeader(chooseLanguage) {
  const word = h("strong", {});
  const camera = h("span", { class: "camera-name" });
  const status = h(
    "p",
    { class: "status", role: "status" },
    h("span", { class: "lamp" }),
    word,
    camera,
  );
  const watchers = h("p", { class: "watchers" }, icon("watching"), h("span", {}));

  const pause = button(t("pause"), { iconName: "pause", class: "strong", id: "pause" });
  pause.addEventListener("click", () =>
    order({ do: store.state?.mode === "paused" ? "resume" : "pause" }),
  );
  const freeze = button(t("freeze"), { iconName: "freeze", id: "freeze", "aria-pressed": "false" });
  freeze.addEventListener("click", () =>
    order({ do: store.state?.mode === "frozen" ? "resume" : "freeze" }),
  );
  const snapshot = button(t("snapshot"), { iconName: "snapshot", id: "snapshot" });
  snapshot.addEventListener("click", takeSnapshot);

  const profile = h("select", { id: "profile", "aria-label": t("profile") });
  profile.addEventListener("change", async () => {
    const outcome = await order({ do: "profile", name: profile.value || null });
    if (!outcome && store.state) profile.value = store.state.profile ?? "";
  });
  // While it is unfolded nothing changes under the hand.
  profile.addEventListener("blur", () => show());
  const profileBox = h("div", { class: "select" }, profile, icon("down"));

  function show() {
    const { state, connection } = store;
    const now = condition(state, connection);
    document.body.dataset.condition = now;
    setText(word, t(`condition.${now}`));
    if (!state) return;
    setText(camera, state.camera.name);
    showWatchers(watchers, state.watchers);
    const paused = state.mode === "paused";
    setText(pause.querySelector("span"), paused ? t("resume") : t("pause"));
    setIcon(pause, paused ? "resume" : "pause");
    setAttribute(freeze, "aria-pressed", String(state.mode === "frozen"));
    setText(freeze.querySelector("span"), state.mode === "frozen" ? t("unfreeze") : t("freeze"));
    for (const lever of [pause, freeze, snapshot, profile]) lever.disabled = now === "offline";
    showProfiles(profile, profileBox, state);
  }
  on("state", show);
  on("connection", show);

  return h(
    "header",
    { class: "top" },
    h(
      "h1",
      { class: "brand" },
      h("img", { src: "/static/icon.svg", alt: "", width: 32, height: 32 }),
      "vcam",
    ),
    h("div", { class: "now" }, status, watchers),
    h("div", { class: "levers" }, pause, freeze, snapshot, profileBox),
    h("div", { class: "tastes" }, languageChoice(chooseLanguage), themeButton()),
  );
}

function showWatchers(holder, watchers) {
  const names = [...new Set(watchers.map((watcher) => readable(watcher.program)))];
  const list = new Intl.ListFormat(currentLanguage()).format(names);
  setText(holder.querySelector("span"), names.length ? t("watchers", list) : t("watchers.none"));
  holder.classList.toggle("some", names.length > 0);
}

function showProfiles(select, box, state) {
  box.hidden = state.profiles.length === 0;
  const wanted = ["", ...state.profiles];
  if (
    JSON.stringify([...select.options].map((option) => option.value)) !== JSON.stringify(wanted)
  ) {
    select.replaceChildren(
      ...wanted.map((name) => h("option", { value: name }, name || t("profile.none"))),
    );
  }
  for (const option of select.options) {
    const chosenBy = option.value === state.profile ? state.profile_by : "";
    const by = chosenBy && chosenBy !== "user" ? ` (${chosenBy})` : "";
    setText(option, option.value ? t("profile.named", option.value) + by : t("profile.none"));
  }
  if (document.activeElement !== select) select.value = state.profile ?? "";
}

let taken = 0;

async function takeSnapshot() {
  const mine = ++taken;
  const outcome = await order({ do: "snapshot" });
  if (!outcome) return;
  if (mine === taken) put("snapshot", outcome.data);
  say(t("snapshot.saved", outcome.data.file ?? outcome.data.name));
}

function languageChoice(choose) {
  const options = Object.entries(LANGUAGES).map(([code, name]) =>
    h("option", { value: code, lang: code, ".selected": code === currentLanguage() }, name),
  );
  const select = h("select", { id: "language", "aria-label": t("language") }, ...options);
  select.addEventListener("change", () => choose(select.value));
  return h("div", { class: "select" }, select, icon("down"));
}

function themeButton() {
  let theme = recall("theme") ?? "auto";
  const element = button("", { iconName: "auto", quiet: true, class: "bare", id: "theme" });
  function show() {
    const text = `${t("theme")}: ${tOf("theme", theme)}`;
    setText(element.querySelector("span"), text);
    element.title = text;
    setIcon(element, theme);
  }
  element.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember("theme", theme === "auto" ? null : theme);
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    show();
  });
  show();
  return element;
}
