// Try a picture: what vcam would see in it. Pictures and results stay in memory, here and there.

import { judge } from "./api.js";
import { button, h, icon, keyed, setText } from "./dom.js";
import { acceptDrops } from "./drop.js";
import { gestureLabel, modelTitle, number, readable, t } from "./i18n.js";
import { store } from "./store.js";

const TYPES = ["image/png", "image/jpeg", "image/webp"];
const MOST_BYTES = 12 * 1024 * 1024;
const BARS = 5;

/** Results of this visit, newest first: { id, name, error } or { id, name, judgement, address }. */
let session = [];
let count = 0;
let busy = 0;
let queue = Promise.resolve();
/** Shows the results on the page as it is built now: in another language it is another one. */
let show = () => {};

export function buildTrial() {
  const input = h("input", {
    type: "file",
    id: "pictures",
    multiple: true,
    accept: TYPES.join(","),
    class: "sr",
  });
  const label = h(
    "label",
    { for: "pictures", class: "drop" },
    icon("try"),
    h("strong", {}, t("try.drop")),
    h("span", { class: "help" }, t("try.limits")),
  );
  const working = h("p", { class: "working", role: "status" });
  const clear = button(t("try.clear"), { iconName: "close", class: "small" });
  const results = h("ol", { class: "results" });

  show = () => {
    keyed(
      results,
      session,
      (result) => result.id,
      (result) => ({ element: buildResult(result), update: () => {} }),
    );
    clear.hidden = session.length === 0;
    setText(working, busy ? t("try.working", busy) : "");
    working.hidden = !busy;
  };

  function take(files) {
    for (const file of files) {
      busy += 1;
      // One after the other: recognition is made for a laptop's spare core.
      queue = queue
        .then(() => tryOne(file))
        .then((result) => {
          busy -= 1;
          session = [{ ...result, id: ++count }, ...session];
          show();
        });
    }
    show();
  }

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  acceptDrops(label, take);
  clear.addEventListener("click", () => {
    for (const result of session) if (result.address) URL.revokeObjectURL(result.address);
    session = [];
    show();
    input.focus();
  });
  show();
  return {
    element: h(
      "div",
      {},
      h(
        "div",
        { class: "card" },
        h("div", { class: "head" }, h("h2", {}, t("try.title")), clear),
        h("p", { class: "help" }, t("try.help")),
        input,
        label,
        working,
      ),
      results,
    ),
  };
}

async function tryOne(file) {
  const { name } = file;
  if (!TYPES.includes(file.type)) return { name, error: t("try.type") };
  if (file.size > MOST_BYTES)
    return { name, error: t("try.size", number(file.size / 1024 / 1024, 1)) };
  try {
    const judgement = await judge(file);
    const bytes = decoded(judgement.picture);
    const address = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
    return { name, judgement, address };
  } catch (error) {
    return { name, error: error.whole ?? String(error) };
  }
}

// Both alphabets of base64 will do.
function decoded(base64) {
  const text = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function buildResult({ name, error, judgement, address }) {
  if (error) {
    return h(
      "li",
      { class: "card result failed" },
      h("p", { class: "file" }, name),
      h("p", { class: "problem", role: "alert" }, error),
    );
  }
  const { width, height } = judgement;
  const label = gestureLabel(store.state, judgement.pose);
  const facts = [
    t("try.hands", judgement.hands.length),
    t("try.faces", judgement.faces),
    `${number(judgement.ms)} ms`,
  ];
  return h(
    "li",
    { class: "card result" },
    h(
      "a",
      { href: address, target: "_blank" },
      h("img", { src: address, alt: t("try.alt", name, label), width, height }),
    ),
    h(
      "div",
      {},
      h("p", { class: "file" }, name),
      h(
        "p",
        { class: "verdict" },
        h("strong", {}, label),
        " ",
        h("span", {}, number(judgement.score, 2)),
      ),
      judgement.hands.map(buildHand),
      judgement.recognised.map(buildRecognised),
      h("p", { class: "help" }, facts.join(" · ")),
    ),
  );
}

function buildHand(hand) {
  const words = hand.scores.map(({ pose, score }) => [gestureLabel(store.state, pose), score]);
  return h(
    "div",
    { class: "hand" },
    h("h3", {}, t(`side.${hand.side}`)),
    h("ul", { class: "bars" }, words.slice(0, BARS).map(buildBar)),
  );
}

/** What an image model, or people, makes of it. */
function buildRecognised({ recogniser, classes }) {
  const words = classes.map(({ name, score }) => [readable(name), score]);
  return h(
    "div",
    { class: "hand", "data-recogniser": recogniser },
    h("h3", {}, modelTitle(store.state, recogniser)),
    h("ul", { class: "bars" }, words.slice(0, BARS).map(buildBar)),
  );
}

function buildBar([name, score]) {
  const fill = h("span", { class: "fill" });
  fill.style.transform = `scaleX(${score})`;
  return h(
    "li",
    {},
    h("span", { class: "name" }, name),
    h("span", { class: "track" }, fill),
    h("span", { class: "score" }, number(score, 2)),
  );
}
