// All effects of all packs; each shows itself when it is pointed at, gone to, or tapped.

import { order } from "./api.js";
import { button, h, keyed, setOn, setText, toggle } from "./dom.js";
import { previewAddress, wantsStill } from "./glimpse.js";
import { gestureLabel, readable, t } from "./i18n.js";
import { on, store } from "./store.js";

const PAUSE_MS = 200;

export function build() {
  const packs = h("div", { class: "gallery" });
  on("state", (state) => {
    const usable = state.packs.filter((pack) => !pack.problem && pack.effects.length);
    keyed(packs, usable, (pack) => pack.name, buildPack);
  });
  return {
    element: h(
      "div",
      {},
      h("h2", { class: "title" }, t("gallery.title")),
      h("p", { class: "help lead" }, t("gallery.help")),
      packs,
    ),
  };
}

function buildPack(first) {
  const { name } = first;
  const title = h("h3", {});
  const switcher = toggle(t("pack.switch", first.title || name), (wanted) =>
    order({ do: "pack", name, on: wanted }),
  );
  const effects = h("ul", { class: "tiles" });
  const element = h(
    "section",
    { "data-shown": name },
    h("div", { class: "master" }, title, switcher),
    effects,
  );
  const update = (pack) => {
    setText(title, pack.title || readable(name));
    setOn(switcher, pack.on);
    const playable = pack.on && store.state.mode === "live";
    const items = pack.effects.map((effect) => ({
      ...effect,
      pack: name,
      playable,
    }));
    keyed(effects, items, (effect) => effect.name, buildEffect);
  };
  return { element, update };
}

function buildEffect({ pack, name }) {
  const title = readable(name);
  const src = previewAddress(pack, name, true);
  // Whoever does not scroll there does not have it drawn.
  const poster = h("img", { class: "poster", src, alt: "", loading: "lazy" });
  const problem = h("span", { class: "help" });
  const screen = h(
    "button",
    { type: "button", class: "tile-screen", "aria-label": t("gallery.show", title) },
    poster,
    problem,
  );
  const gestures = h("p", { class: "help" });
  const play = button(t("effect.play"), {
    iconName: "play",
    class: "small",
    "aria-label": t("gallery.play", title),
  });
  play.addEventListener("click", () => order({ do: "play", pack, effect: name }));

  let timer = 0;
  let moving = null;
  const begin = () => {
    clearTimeout(timer);
    if (moving || wantsStill()) return;
    moving = h("img", { class: "moving-picture", alt: "", src: previewAddress(pack, name, false) });
    screen.classList.add("loading");
    const mine = moving;
    moving.addEventListener("load", () => {
      screen.classList.remove("loading");
      screen.classList.add("shows");
    });
    moving.addEventListener("error", () => {
      if (mine === moving) end();
      setText(problem, t("gallery.failed"));
    });
    setText(problem, "");
    screen.append(moving);
  };
  const end = () => {
    clearTimeout(timer);
    moving?.remove();
    moving = null;
    screen.classList.remove("loading", "shows");
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(begin, PAUSE_MS);
  };
  screen.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && later());
  screen.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && end());
  screen.addEventListener("focus", () => screen.matches(":focus-visible") && later());
  screen.addEventListener("blur", end);
  screen.addEventListener("click", begin);
  screen.addEventListener("keydown", (event) => event.key === "Escape" && end());
  const update = (effect) => {
    setText(gestures, effect.gestures.map((one) => gestureLabel(store.state, one)).join(", "));
    play.disabled = !effect.playable;
    play.title = effect.playable ? "" : t("effect.off");
  };
  const element = h(
    "li",
    { class: "tile", "data-effect": `${pack}/${name}` },
    screen,
    h("div", { class: "foot" }, h("div", {}, h("h4", {}, title), gestures), play),
  );
  return { element, update };
}
