// The live picture. It costs nothing while nobody can see it: the stream is closed then.

import { order } from "./api.js";
import { button, h, icon, setAttribute, setIcon, setText } from "./dom.js";
import { gestureLabel, number, readable, t } from "./i18n.js";
import { buildLook } from "./look.js";
import { buildOverlay } from "./overlay.js";
import { buildQuickPlay } from "./packs.js";
import { buildCountdown } from "./selfie.js";
import { on, put, store } from "./store.js";
import { recall, remember } from "./storage.js";

const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15000;

let leave = new AbortController();

export function buildPreview() {
  leave.abort();
  leave = new AbortController();
  const picture = h("img", { id: "picture", alt: t("preview.alt"), src: NOTHING });
  const words = h("p", {});
  const cover = h("div", { class: "cover" }, icon("eye-off"), words);
  const undo = button(t("undo"), { iconName: "reset", class: "small", id: "undo" });
  undo.addEventListener("click", () => order({ do: "undo" }));
  const names = h("span", {});
  const playing = h("div", { class: "playing" }, names, undo);
  const screen = h("div", { class: "screen" }, picture, playing, cover, buildCountdown());
  const overlay = buildOverlay(screen);
  const shower = switchButton("preview", t("preview.show"), ["eye", "eye-off"], true, run);
  const marks = switchButton("overlay", t("preview.overlay"), ["hand", "hand"], false, (wanted) =>
    overlay.show(wanted),
  );

  let running = false;
  let failed = false;
  let pauseMs = FIRST_PAUSE_MS;
  let timer = 0;
  let count = 0;

  function run() {
    const connected = store.connection === "open";
    const visible = !document.hidden && screen.offsetParent !== null;
    const wanted = connected && visible && shower.isOn();
    if (wanted !== running) {
      running = wanted;
      clearTimeout(timer);
      failed = false;
      // A new address each time: a picture that failed is not asked for again otherwise.
      picture.src = wanted ? `/api/preview.mjpeg?n=${++count}` : NOTHING;
    }
    cover.hidden = wanted && !failed;
    if (!connected) setText(words, t("preview.waiting"));
    else setText(words, failed ? t("preview.failed") : t("preview.off"));
  }

  picture.addEventListener("load", () => {
    if (!running) return;
    pauseMs = FIRST_PAUSE_MS;
    screen.style.aspectRatio = `${picture.naturalWidth} / ${picture.naturalHeight}`;
  });
  picture.addEventListener("error", () => {
    if (!running) return;
    failed = true;
    cover.hidden = false;
    setText(words, t("preview.failed"));
    timer = setTimeout(() => {
      running = false;
      run();
    }, pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  });
  on("connection", () => run());
  const { signal } = leave;
  document.addEventListener("visibilitychange", run, { signal });
  document.addEventListener("vcam:tab", run, { signal });
  window.addEventListener("resize", run, { signal });
  // Only once it stands in the page can it be seen.
  requestAnimationFrame(run);

  const figures = h("dl", { class: "figures" });
  on("state", (state) => {
    showPlaying(playing, names, state);
    showFigures(figures, state.figures);
  });
  const bar = h("div", { class: "screen-bar" }, figures, shower.element, marks.element);
  return h(
    "section",
    { class: "stage", "aria-label": t("preview.title") },
    screen,
    bar,
    snapshotCard(),
    buildLook(),
    buildQuickPlay(),
  );
}

function switchButton(name, label, [iconName, offIcon], byDefault, change) {
  let wanted = (recall(name) ?? (byDefault ? "on" : "off")) === "on";
  const element = button(label, { iconName, quiet: true, class: "bare", id: `${name}-switch` });
  element.addEventListener("click", () => {
    wanted = !wanted;
    remember(name, wanted ? "on" : "off");
    show();
    change(wanted);
  });
  function show() {
    setAttribute(element, "aria-pressed", String(wanted));
    setIcon(element, wanted ? iconName : offIcon);
  }
  show();
  queueMicrotask(() => change(wanted));
  return { element, isOn: () => wanted };
}

function showPlaying(holder, words, state) {
  const names = state.live.map(
    (live) => `${readable(live.effect)} (${gestureLabel(state, live.gesture)})`,
  );
  holder.hidden = names.length === 0;
  setText(words, names.length ? t("preview.playing", names.join(", ")) : "");
}

function showFigures(holder, figures) {
  const wanted = [
    [t("figure.fps"), number(figures.output_fps, 0)],
    [t("figure.latency.short"), `${number(figures.latency_p50_ms, 0)} ms`],
    [t("figure.cpu.short"), `${number(figures.cpu_share * 100, 0)} %`],
  ];
  if (holder.children.length !== wanted.length) {
    holder.replaceChildren(...wanted.map(([name]) => h("div", {}, h("dt", {}, name), h("dd", {}))));
  }
  wanted.forEach(([, value], index) => setText(holder.children[index].lastChild, value));
}

function snapshotCard() {
  const image = h("img", { alt: t("snapshot.alt"), width: 96, height: 54 });
  const link = h("a", { class: "link" }, icon("download"), h("span", {}, t("snapshot.download")));
  const name = h("p", { class: "file" });
  const close = button(t("close"), { iconName: "close", quiet: true, class: "bare" });
  const card = h(
    "div",
    { class: "card snapshot", hidden: true },
    image,
    h("div", {}, name, link),
    close,
  );
  close.addEventListener("click", () => put("snapshot", null));
  on("snapshot", (snapshot) => {
    card.hidden = !snapshot;
    if (!snapshot) return;
    const address = `/api/snapshots/${encodeURIComponent(snapshot.name)}`;
    image.src = address;
    link.href = address;
    link.download = snapshot.name;
    setText(name, snapshot.name);
  });
  return card;
}
