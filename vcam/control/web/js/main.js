// Puts the page together.

import { loadSettings, order } from "./api.js";
import { buildBanners } from "./banners.js";
import { buildCamera } from "./camera.js";
import { h, loadIcons } from "./dom.js";
import { buildGestures } from "./gestures.js";
import { buildHeader } from "./header.js";
import { buildHistory } from "./history.js";
import { setLanguage, t } from "./i18n.js";
import { startLive } from "./live.js";
import { buildPacks } from "./packs.js";
import { buildPreview } from "./preview.js";
import { buildSettings } from "./settings.js";
import { forgetListeners, on, settingValue, store } from "./store.js";
import { buildTabs } from "./tabs.js";
import { buildToasts } from "./toast.js";
import { buildTrial } from "./trial.js";

const SETTLE_MS = 150;

function build() {
  forgetListeners();
  const panels = [
    { name: "gestures", iconName: "gestures", label: t("tab.gestures"), build: buildGestures },
    { name: "packs", iconName: "packs", label: t("tab.packs"), build: buildPacks },
    { name: "history", iconName: "history", label: t("tab.history"), build: buildHistory },
    { name: "try", iconName: "try", label: t("tab.try"), build: buildTrial },
    { name: "camera", iconName: "camera", label: t("tab.camera"), build: buildCamera },
    { name: "settings", iconName: "settings", label: t("tab.settings"), build: buildSettings },
  ];
  const toasts = buildToasts();
  document
    .getElementById("app")
    .replaceChildren(
      h("a", { class: "skip", href: "#panels" }, t("skip")),
      buildHeader(chooseLanguage),
      buildBanners(),
      h("main", { class: "layout" }, buildPreview(), buildTabs(panels)),
      toasts,
    );
  on("state", followState);
  on("settings", followLanguage);
}

async function chooseLanguage(code) {
  if (setLanguage(code)) {
    build();
    document.getElementById("language").focus();
  }
  await order({ do: "settings", set: { "control.language": code } });
  await refresh();
}

let inForce = null;

function followLanguage() {
  const chosen = settingValue("control.language");
  if (chosen === undefined || chosen === inForce) return;
  inForce = chosen;
  if (setLanguage(chosen)) queueMicrotask(build);
}

let signature = "";
let timer = 0;

// The settings are not part of the state: they are asked for when something of them has changed.
function followState(state) {
  const parts = [state.settings, state.profile, state.reactions, state.gestures];
  const now = JSON.stringify([...parts, state.packs.map((pack) => [pack.name, pack.on])]);
  if (now === signature) return;
  signature = now;
  clearTimeout(timer);
  timer = setTimeout(refresh, store.settings.length ? SETTLE_MS : 0);
}

async function refresh() {
  try {
    await loadSettings();
  } catch {
    // The connection's own banner tells of it; the next change asks again.
    signature = "";
  }
}

setLanguage();
await loadIcons().catch(() => {});
build();
startLive();
