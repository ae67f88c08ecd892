// How the picture looks: what is behind the person, and how much of a show effects make.

import { bound } from "./bound.js";
import { h, pills, setText, toggle, writing } from "./dom.js";
import { t, tEach } from "./i18n.js";
import { on, settingValue } from "./store.js";

const KINDS = ["none", "blur", "colour", "gradient", "picture", "video"];
const SHOWS = ["subtle", "normal", "wild"];
const BACKGROUND = "effects.background";

export function buildLook() {
  const now = h("span", { class: "chip" });
  const fields = [
    field(["blur"], `${BACKGROUND}.strength`, t("look.strength"), {
      type: "range",
      min: 0,
      max: 1,
      step: 0.05,
    }),
    field(["colour", "gradient"], `${BACKGROUND}.colour`, t("look.colour"), { type: "color" }),
    field(["gradient"], `${BACKGROUND}.colour_below`, t("look.below"), { type: "color" }),
    field(["picture", "video"], `${BACKGROUND}.file`, t("look.file"), {
      type: "text",
      spellcheck: "false",
      autocomplete: "off",
      placeholder: t("look.file.example"),
    }),
  ];
  on("settings", () => {
    const kind = settingValue(`${BACKGROUND}.kind`);
    if (kind === undefined) return;
    setText(now, t(`background.${kind}`));
    for (const { element, kinds } of fields) element.hidden = !kinds.includes(kind);
  });
  const summary = h("summary", {}, t("look.title"), now);
  const wide = matchMedia("(min-width: 1080px) and (min-height: 760px)").matches;
  return h(
    "details",
    { class: "card look", open: wide },
    summary,
    bound(`${BACKGROUND}.kind`, (commit) =>
      pills(t("look.background"), tEach("background", KINDS), commit),
    ),
    h("div", { class: "fields" }, fields.map(({ element }) => element)),
    bound("effects.show", (commit) => pills(t("look.show"), tEach("show", SHOWS), commit)),
    h(
      "div",
      { class: "master" },
      h("p", {}, t("look.still")),
      bound("effects.reduced_motion", (commit) => {
        const element = toggle(t("look.still"), commit);
        return { element, set: (value) => element.setAttribute("aria-checked", String(value)) };
      }),
    ),
  );
}

function field(kinds, key, label, attributes) {
  const element = bound(key, (commit) => {
    const control = h("input", attributes);
    const isWritten = writing(control);
    control.addEventListener("change", () => {
      if (attributes.type === "range") commit(Number(control.value));
      else commit(control.value.trim() || null);
    });
    const set = (value) => {
      if (!isWritten()) control.value = value ?? "";
    };
    return { element: h("label", { class: "field" }, label, control), set };
  });
  return { element, kinds };
}
