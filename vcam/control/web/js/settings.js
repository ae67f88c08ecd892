// Every setting, by section: what it does, what it may be, where its value comes from.

import { command, loadSettings } from "./api.js";
import { h, icon, keyed, setText } from "./dom.js";
import { settingHelp, settingTitle, t, tOf, readable } from "./i18n.js";
import { buildSetting } from "./setting.js";
import { buildNames, named } from "./names.js";
import { on, store } from "./store.js";

let leave = new AbortController();

export function buildSettings() {
  leave.abort();
  leave = new AbortController();
  const search = h("input", {
    type: "search",
    id: "search",
    placeholder: t("settings.search"),
    "aria-label": t("settings.search"),
  });
  const found = h("p", { class: "sr", role: "status" });
  const none = h("p", { class: "card empty", hidden: true }, t("settings.none"));
  const sections = h("div", { class: "sections" });
  const file = h("p", { class: "help lead" });
  const unfolded = new Set();
  let visible = false;

  function show() {
    if (!visible) return;
    const wanted = search.value.trim().toLowerCase();
    const matching = listed(store.settings).filter((setting) => matches(setting, wanted));
    none.hidden = matching.length > 0 || store.settings.length === 0;
    setText(found, wanted ? t("settings.found", matching.length) : "");
    const byTop = grouped(matching, (setting) =>
      setting.key.includes(".") ? setting.key.split(".")[0] : "",
    );
    keyed(
      sections,
      [...byTop],
      ([top]) => top,
      ([top]) => buildSection(top, unfolded, () => search.value.trim() !== ""),
    );
  }

  search.addEventListener("input", show);
  on("settings", show);
  on("state", (state) => {
    setText(
      file,
      state.settings.exists
        ? t("settings.file", state.settings.path)
        : t("settings.nofile", state.settings.path),
    );
  });
  document.addEventListener("vcam:names", show, { signal: leave.signal });

  return {
    element: h(
      "div",
      {},
      h("h2", { class: "title" }, t("settings.title")),
      file,
      h("div", { class: "search" }, icon("search"), search),
      found,
      none,
      sections,
    ),
    shown(open) {
      visible = open;
      show();
    },
  };
}

// What has a `*` stands for every name; the single ones that it covers are shown in its place.
function listed(settings) {
  const families = settings
    .filter((setting) => setting.key.includes("*"))
    .map((setting) => setting.key.split("."));
  const covers = (family, parts) =>
    family.length === parts.length &&
    family.every((part, at) => part === "*" || part === parts[at]);
  return settings.filter((setting) => {
    const parts = setting.key.split(".");
    return parts.includes("*") || !families.some((family) => covers(family, parts));
  });
}

function matches(setting, wanted) {
  const text = `${setting.key} ${settingTitle(setting)} ${settingHelp(setting)}`.toLowerCase();
  return wanted.split(/\s+/).every((word) => text.includes(word));
}

function grouped(settings, nameOf) {
  const groups = new Map();
  for (const setting of settings) {
    const name = nameOf(setting);
    groups.set(name, [...(groups.get(name) ?? []), setting]);
  }
  return groups;
}

function buildSection(top, unfolded, searching) {
  const title = h("span", { class: "label" }, tOf("section", top || "general", readable(top)));
  const changed = h("span", { class: "chip", hidden: true });
  const parts = h("div", {});
  const summary = h("summary", {}, title, changed);
  const element = h("details", { class: "card section" }, summary, parts);
  let bySearch = false;
  const note = (open) => {
    if (bySearch) return;
    if (open) unfolded.add(top);
    else unfolded.delete(top);
  };
  // A toggle is told a little later, and an update between would undo it.
  summary.addEventListener("click", () => note(!element.open));
  element.addEventListener("toggle", () => note(element.open));
  const update = ([, settings]) => {
    bySearch = searching();
    element.open = bySearch || unfolded.has(top);
    const count = settings.filter((setting) => setting.origin !== "default").length;
    changed.hidden = count === 0;
    setText(changed, t("settings.changed", count));
    const groups = grouped(settings, (setting) => setting.key.split(".").slice(0, -1).join("."));
    keyed(
      parts,
      [...groups],
      ([name]) => name,
      ([name]) => buildGroup(name, top),
    );
  };
  return { element, update };
}

function buildGroup(name, top) {
  const heading =
    name === top ? null : h("h3", {}, tOf("section", name, readable(name.split(".").pop())));
  const names = name.includes("*") ? buildNames(name) : null;
  const rows = h("div", { class: "settings" });
  const element = h("div", { class: "group" }, heading, names?.element, rows);
  const update = ([, settings]) => {
    names?.update();
    const concrete = settings.map((setting) => named(setting, store)).filter(Boolean);
    keyed(
      rows,
      concrete,
      (setting) => setting.key,
      (setting) => buildSetting(setting, change),
    );
  };
  return { element, update };
}

async function change(body) {
  await command({ do: "settings", ...body });
  return loadSettings();
}
