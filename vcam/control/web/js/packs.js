// The sticker packs: switched on and off, and their effects to play by click.

import { order } from "./api.js";
import { button, h, icon, keyed, setOn, setText, toggle } from "./dom.js";
import { glimpse } from "./glimpse.js";
import { gestureLabel, readable, t } from "./i18n.js";
import { buildInstall, remove } from "./install.js";
import { on, store } from "./store.js";

export function buildPacks() {
  const list = h("ul", { class: "packs" });
  const none = h("p", { class: "card empty" }, t("packs.none"));
  on("state", (state) => {
    none.hidden = state.packs.length > 0;
    keyed(list, state.packs, (pack) => pack.name, buildPack);
  });
  return {
    element: h(
      "div",
      {},
      h("h2", { class: "title" }, t("packs.title")),
      h("p", { class: "help lead" }, t("packs.help")),
      none,
      list,
      buildInstall(),
    ),
  };
}

/** The effects of all packs that are on, to play while the picture is in sight. */
export function buildQuickPlay() {
  const list = h("ul", { class: "effects" });
  const element = h(
    "section",
    { class: "quick", "aria-label": t("quick.title") },
    h("h2", {}, t("quick.title")),
    list,
  );
  on("state", (state) => {
    const items = state.packs
      .filter((pack) => pack.on && !pack.problem)
      .flatMap((pack) => pack.effects.map((effect) => shownEffect(pack, effect)));
    element.hidden = items.length === 0;
    keyed(list, items, (item) => `${item.pack}/${item.name}`, buildEffect);
  });
  return element;
}

function shownEffect(pack, effect) {
  const { live, mode } = store.state;
  return {
    ...effect,
    pack: pack.name,
    playable: pack.on && !pack.problem && mode === "live",
    live: live.some((now) => now.pack === pack.name && now.effect === effect.name),
  };
}

function buildPack(first) {
  const { name } = first;
  const picture = first.thumbnail
    ? h("img", {
        src: `/api/packs/${encodeURIComponent(name)}/thumbnail`,
        alt: "",
        loading: "lazy",
      })
    : icon("packs");
  const title = h("h3", {});
  const credit = h("p", { class: "help" });
  const switcher = toggle(t("pack.switch", first.title || name), (wanted) =>
    order({ do: "pack", name, on: wanted }),
  );
  const problem = h("p", { class: "problem" });
  const effects = h("ul", { class: "effects" });
  const address = `/api/packs/${encodeURIComponent(name)}/export`;
  const label = first.title || name;
  const save = h(
    "a",
    {
      href: address,
      download: `${name}.zip`,
      class: "link",
      "aria-label": t("pack.export.label", label),
    },
    icon("download"),
    t("pack.export"),
  );
  const drop = button(t("pack.remove"), {
    iconName: "delete",
    class: "small",
    "aria-label": t("pack.remove.label", label),
  });
  let latest = first;
  drop.addEventListener("click", () => remove(latest));
  const element = h(
    "li",
    { class: "card pack", "data-pack": name },
    h("div", { class: "thumb" }, picture),
    h("div", { class: "head" }, h("div", {}, title, credit), switcher),
    h("div", { class: "about" }, problem, effects, h("p", { class: "foot" }, save, drop)),
  );
  const update = (pack) => {
    latest = pack;
    drop.hidden = !pack.own;
    save.hidden = Boolean(pack.problem);
    setText(title, pack.title || readable(pack.name));
    setText(credit, [pack.author, pack.licence].filter(Boolean).join(" · "));
    setOn(switcher, pack.on);
    switcher.disabled = Boolean(pack.problem) && !pack.on;
    problem.hidden = !pack.problem;
    setText(problem, pack.problem);
    element.classList.toggle("off", !pack.on);
    const items = pack.effects.map((effect) => shownEffect(pack, effect));
    keyed(effects, items, (effect) => effect.name, buildEffect);
  };
  return { element, update };
}

function buildEffect(first) {
  const title = readable(first.name);
  const gestures = h("span", { class: "by" });
  const play = h(
    "button",
    { type: "button", class: "effect" },
    icon("play"),
    h("span", { class: "sr" }, t("effect.play"), " "),
    h("span", { class: "label" }, title),
    gestures,
  );
  play.addEventListener("click", () => order({ do: "play", pack: first.pack, effect: first.name }));
  const update = (effect) => {
    const names = effect.gestures.map((gesture) => gestureLabel(store.state, gesture));
    setText(gestures, names.join(", "));
    play.disabled = !effect.playable;
    play.title = effect.playable ? t("effect.play") : t("effect.off");
    play.classList.toggle("live", effect.live);
  };
  const element = h("li", {}, play);
  glimpse(element, play, first.pack, first.name);
  return { element, update };
}
