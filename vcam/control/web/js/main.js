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
import { buildPersonal } from "./personal.js";
import { buildPreview } from "./preview.js";
import { buildSelfie } from "./selfie.js";
import { buildSettings } from "./settings.js";
import { forgetListeners, on, settingValue } from "./store.js";
import { buildTabs } from "./tabs.js";
import { buildToasts } from "./toast.js";
import { buildTrial } from "./trial.js";

function build() {
  forgetListeners();
  const panels = [
    { name: "gestures", iconName: "gestures", label: t("tab.gestures"), build: buildGestures },
    { name: "packs", iconName: "packs", label: t("tab.packs"), build: buildPacks },
    { name: "gallery", iconName: "gallery", label: t("tab.gallery"), load: later("gallery") },
    { name: "selfie", iconName: "selfie", label: t("tab.selfie"), build: buildSelfie },
    { name: "teach", iconName: "teach", label: t("tab.teach"), load: later("teach") },
    { name: "history", iconName: "history", label: t("tab.history"), build: buildHistory },
    { name: "personal", iconName: "person", label: t("tab.personal"), build: buildPersonal },
    { name: "people", iconName: "people", label: t("tab.people"), load: later("people") },
    { name: "models", iconName: "models", label: t("tab.models"), load: later("models") },
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

/** What few look at is fetched once somebody does. */
function later(name) {
  return async () => (await import(`./${name}.js`)).build;
}

let choosing = 0;

async function chooseLanguage(code) {
  if (setLanguage(code)) {
    build();
    document.getElementById("language").focus();
  }
  choosing += 1;
  await order({ do: "settings", set: { "control.language": code } });
  await loadSettings();
  choosing -= 1;
  followLanguage();
}

let inForce = null;

function followLanguage() {
  // What was in force before does not undo a choice that is on its way.
  if (choosing) return;
  const chosen = settingValue("control.language");
  if (chosen === undefined || chosen === inForce) return;
  inForce = chosen;
  if (setLanguage(chosen)) queueMicrotask(build);
}

let known = "";

// The settings are not part of the state, but how often they have changed is.
async function followState(state) {
  const now = `${state.pid} ${state.settings.revision}`;
  if (now === known) return;
  known = now;
  if (!(await loadSettings())) known = "";
}

setLanguage();
await loadIcons().catch(() => {});
build();
startLive();
