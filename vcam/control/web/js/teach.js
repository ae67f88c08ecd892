// Teach: a button for each pose, held as long as samples are to be taken; then train, judge, use.

import { command, order } from "./api.js";
import { bound } from "./bound.js";
import { button, h, icon, keyed, setAttribute, setOn, setText, toggle } from "./dom.js";
import { holdable } from "./hold.js";
import { gestureLabel, number, t } from "./i18n.js";
import { needMeters } from "./need.js";
import { on, store } from "./store.js";
import { buildFiles } from "./teach-files.js";
import { buildJudgement } from "./teach-judged.js";
import { buildPose } from "./teach-pose.js";
import { say } from "./toast.js";

/** So many samples of each pose are needed at least. */
export const NEEDED = 10;
const MOST = 300;
/** A score below that is no sight of anything. */
const SEEN = 0.5;
const LONGEST = 40;
const ALONE = { samples: 30, countdown_s: 3 };
const DIGITS = ["digit_1", "digit_2", "digit_3", "digit_4", "digit_5"];

/** Poses that were named here and have no sample yet. */
let named = [];
/** All that have had a button, the first ones first: none moves from under the finger. */
let places = [...DIGITS];

export function build() {
  const poses = h("ul", { class: "taught" });
  on("state", ({ teaching }) => keyed(poses, teaching.poses, (pose) => pose.name, buildPose));
  return {
    element: h(
      "div",
      {},
      h("h2", { class: "title" }, t("teach.title")),
      h("p", { class: "help lead" }, t("teach.help")),
      buildTaking(),
      buildJudgement(),
      poses,
      buildFiles(),
      buildSwitches(),
    ),
    shown: (open) => needMeters("teach", open),
  };
}

function buildTaking() {
  const pads = h("ul", { class: "pads" });
  const status = h("p", { class: "step", role: "status" });
  const show = ({ teaching }) => {
    const known = teaching.poses.map((pose) => pose.name);
    named = named.filter((name) => !known.includes(name));
    const names = [...known, ...named];
    const free = DIGITS.filter((digit) => !names.includes(digit));
    const suggested = free.slice(0, Math.max(0, DIGITS.length - names.length));
    places = [...new Set([...places, ...names])];
    const shown = [...names, ...suggested]
      .sort((one, other) => places.indexOf(one) - places.indexOf(other))
      .map((name) => padOf(name, teaching));
    keyed(pads, shown, (pad) => pad.name, buildPad);
    const text = instruction(teaching);
    setText(status, text);
    status.hidden = !text;
    status.classList.toggle("failed", teaching.phase === "failed");
  };
  on("state", show);
  return h(
    "div",
    { class: "card teaching" },
    buildSeen(),
    pads,
    buildNaming((name) => {
      if (!store.state) return;
      const known = store.state.teaching.poses.map((pose) => pose.name);
      if (![...known, ...named].includes(name)) named = [...named, name];
      show(store.state);
      pads.querySelector(`[data-pad="${CSS.escape(name)}"] .pad`).focus();
    }),
    status,
    buildTrain(),
  );
}

function padOf(name, teaching) {
  const pose = teaching.poses.find((known) => known.name === name);
  const mine = teaching.pose === name;
  return {
    name,
    samples: pose?.samples ?? [],
    isNew: !pose && !named.includes(name),
    counting: mine && teaching.phase === "countdown" ? Math.ceil(teaching.countdown_s) : 0,
    taking: mine && teaching.phase === "taking",
    blocked: teaching.phase === "training" || (teaching.pose !== "" && !mine),
  };
}

function instruction({ phase, pose, message }) {
  if (phase === "idle" || phase === "judged" || phase === "failed") return message;
  if (phase === "training") return t("teaching.training");
  const words = t(`teaching.${phase}`, gestureLabel(store.state, pose));
  return message ? `${words} ${message}` : words;
}

function buildPad({ name }) {
  const label = gestureLabel(store.state, name);
  const picture = h("img", { alt: "", hidden: true, draggable: "false" });
  const count = h("span", { class: "count" });
  const big = h("span", { class: "seconds", hidden: true });
  const pad = h(
    "button",
    { type: "button", class: "pad" },
    picture,
    h("span", { class: "pose" }, label),
    count,
    big,
  );
  let started = Promise.resolve(null);
  holdable(
    pad,
    () => {
      started = order({ do: "teach", pose: name, samples: MOST });
    },
    async () => {
      if (await started) await stop(name);
    },
  );
  const alone = button(t("teach.alone"), { class: "small", iconName: "timer" });
  let runs = false;
  alone.addEventListener("click", () =>
    runs ? stop(name) : order({ do: "teach", pose: name, ...ALONE }),
  );
  const element = h("li", { "data-pad": name }, pad, alone);
  const update = ({ samples, isNew, counting, taking, blocked }) => {
    runs = counting > 0 || taking;
    const newest = samples.at(-1);
    picture.hidden = !newest?.picture;
    if (newest?.picture) setAttribute(picture, "src", `/api/poses/samples/${newest.id}`);
    const enough = samples.length >= NEEDED;
    const taken = number(samples.length);
    setText(count, enough ? t("teach.enough", taken) : t("teach.count", taken, NEEDED));
    setAttribute(pad, "aria-label", t("teach.hold", label, samples.length, NEEDED));
    pad.style.setProperty("--done", Math.min(1, samples.length / NEEDED).toFixed(2));
    pad.classList.toggle("enough", enough);
    pad.classList.toggle("taking", taking);
    element.classList.toggle("new", isNew);
    big.hidden = counting === 0;
    setText(big, counting);
    pad.disabled = blocked;
    alone.disabled = blocked;
    setText(alone.querySelector("span"), runs ? t("teach.stop") : t("teach.alone"));
    const words = t(runs ? "teach.stop.label" : "teach.alone.label", label);
    setAttribute(alone, "aria-label", words);
  };
  return { element, update };
}

/** Ends the taking of samples; that it has ended by itself meanwhile is nothing to tell. */
async function stop(pose) {
  try {
    await command({ do: "teach", pose, cancel: true });
  } catch (error) {
    if (error.status !== 409) say(error.whole ?? String(error), "bad");
  }
}

function buildNaming(add) {
  const input = h("input", {
    type: "text",
    maxlength: 60,
    spellcheck: "false",
    autocomplete: "off",
    placeholder: t("teach.name.example"),
  });
  const form = h(
    "form",
    { class: "naming" },
    h("label", { class: "field" }, t("teach.name"), input),
    h("button", { type: "submit" }, icon("add"), t("teach.name.add")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = plainName(input.value);
    if (!name) return say(t("teach.name.letters"), "bad");
    const own = store.state?.gestures.find((known) => known.name === name.toLowerCase());
    if (own && !own.taught) return say(t("teach.name.taken", input.value.trim()), "bad");
    input.value = "";
    return add(name);
  });
  return form;
}

/** What is written, as a pose may be called; empty if nothing of it may stay. */
function plainName(text) {
  const words = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").trim();
  const plain = words.replaceAll(/[^A-Za-z0-9_-]+/g, "_").replaceAll(/^[_-]+|_+$/g, "");
  return (/^\d/.test(plain) ? `digit_${plain}` : plain).slice(0, LONGEST);
}

function buildTrain() {
  const train = button(t("teach.train"), { class: "strong big", iconName: "teach" });
  const why = h("p", { class: "help" });
  const bar = h("div", { class: "busy", role: "progressbar", "aria-label": t("teach.train") });
  train.addEventListener("click", () => order({ do: "train" }));
  on("state", ({ teaching }) => {
    const own = teaching.poses.filter((pose) => !pose.ready_made || pose.samples.length);
    const few = own.filter((pose) => pose.samples.length < NEEDED);
    const isBusy = ["training", "taking", "countdown"].includes(teaching.phase);
    train.disabled = own.length === few.length || isBusy;
    bar.hidden = teaching.phase !== "training";
    const words = few.map((pose) =>
      t("teach.few", gestureLabel(store.state, pose.name), NEEDED - pose.samples.length),
    );
    setText(why, own.length ? words.join(" ") : t("teach.begin"));
    why.hidden = !why.textContent;
  });
  return h("div", {}, train, bar, why);
}

/** What is seen now, in a sentence. */
function buildSeen() {
  const words = h("p", { class: "seen" });
  on("meters", ({ gestures, hands }) => {
    const { teaching } = store.state ?? { teaching: { poses: [] } };
    const live = teaching.poses.filter((pose) => pose.live).map((pose) => pose.name);
    const falling = (one, other) => other.score - one.score;
    const shown = hands.map((hand) => ({ gesture: hand.pose, score: hand.score }));
    // What was taught is what somebody looks for here, whatever else the hand may be as well.
    const taught = [...gestures, ...shown].filter((meter) => live.includes(meter.gesture));
    const found = [...taught.sort(falling), ...shown.sort(falling)];
    const best = found.find(({ gesture, score }) => gesture !== "none" && score >= SEEN);
    words.classList.toggle("sure", Boolean(best) && live.includes(best.gesture));
    if (best) {
      setText(words, t("teach.see", gestureLabel(store.state, best.gesture), number(best.score, 2)));
    } else setText(words, hands.length ? t("teach.see.unknown") : t("teach.see.none"));
  });
  return words;
}

function buildSwitches() {
  const row = (key, title, help) =>
    h(
      "li",
      {},
      h("div", {}, h("strong", {}, title), h("p", { class: "help" }, help)),
      bound(key, (commit) => {
        const element = toggle(title, commit);
        return { element, set: (value) => setOn(element, value === true) };
      }),
    );
  return h(
    "ul",
    { class: "card rows teach-switches" },
    row("teaching.enabled", t("teach.enabled"), t("teach.enabled.help")),
    row("teaching.digits", t("teach.digits"), t("teach.digits.help")),
  );
}
