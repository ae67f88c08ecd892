// The panels as tabs; the address keeps which one is open.

import { h, icon, setAttribute } from "./dom.js";
import { t } from "./i18n.js";

/**
 * `panels`: name, iconName, label, and either build() giving { element, shown(open) }, or load(),
 * which promises that function when the panel is opened for the first time.
 */
export function buildTabs(panels) {
  const parts = panels.map((panel) => {
    const tab = h(
      "button",
      { type: "button", role: "tab", id: `tab-${panel.name}`, "aria-controls": panel.name },
      icon(panel.iconName),
      h("span", { class: "label" }, panel.label),
    );
    const attributes = { role: "tabpanel", id: panel.name, "aria-labelledby": tab.id, tabindex: 0 };
    const section = h("section", attributes);
    const part = { name: panel.name, tab, section, shown: () => {}, load: panel.load };
    if (panel.build) fill(part, panel.build);
    return part;
  });
  const list = h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": t("tab.all") },
    parts.map((part) => part.tab),
  );

  let opened = null;
  function open(name) {
    const wanted = parts.find((part) => part.name === name) ?? parts[0];
    if (wanted === opened) return;
    opened?.shown(false);
    opened = wanted;
    for (const part of parts) {
      setAttribute(part.tab, "aria-selected", String(part === wanted));
      part.tab.tabIndex = part === wanted ? 0 : -1;
      part.section.hidden = part !== wanted;
    }
    document.body.dataset.tab = wanted.name;
    document.dispatchEvent(new CustomEvent("vcam:tab"));
    wanted.tab.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    wanted.shown(true);
    if (wanted.load) fetchPanel(wanted);
  }

  async function fetchPanel(part) {
    const { load } = part;
    part.load = null;
    try {
      const build = await load();
      // In another language the page has been built anew meanwhile.
      if (!part.section.isConnected) return;
      fill(part, build);
      if (part === opened) part.shown(true);
    } catch {
      part.load = load;
      part.section.replaceChildren(h("p", { class: "card problem" }, t("error.unreachable")));
    }
  }

  function go(part) {
    history.replaceState(null, "", `#${part.name}`);
    open(part.name);
  }

  for (const part of parts) part.tab.addEventListener("click", () => go(part));
  list.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    const at = parts.indexOf(opened);
    let next = at + (steps[event.key] ?? 0);
    if (event.key === "Home") next = 0;
    if (event.key === "End") next = parts.length - 1;
    if (next === at) return;
    event.preventDefault();
    const part = parts[(next + parts.length) % parts.length];
    go(part);
    part.tab.focus();
  });
  window.onhashchange = () => open(location.hash.slice(1));
  open(location.hash.slice(1));
  return h(
    "div",
    { class: "panels", id: "panels", tabindex: -1 },
    list,
    ...parts.map((p) => p.section),
  );
}

function fill(part, build) {
  const built = build();
  part.section.replaceChildren(built.element);
  part.shown = built.shown ?? (() => {});
}
