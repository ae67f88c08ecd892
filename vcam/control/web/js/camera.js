// Which camera is read, where the picture goes, and how well that works.

import { get, loadSettings, order } from "./api.js";
import { button, h, keyed, setText } from "./dom.js";
import { number, t } from "./i18n.js";
import { on, put, settingValue, store } from "./store.js";
import { say } from "./toast.js";

// As `vcam status` has it: so little is not noticed.
const IN_STEP_MS = 20;

export function buildCamera() {
  const choices = h("div", {
    class: "choices",
    role: "radiogroup",
    "aria-label": t("camera.choose"),
  });
  const again = button(t("camera.again"), { iconName: "reset", class: "small" });
  again.addEventListener("click", loadCameras);
  const now = h("p", { class: "help" });
  const outputs = h("ul", { class: "rows outputs" });
  const noOutputs = h("p", { class: "help" }, t("outputs.none"));
  const delay = h("p", { class: "callout" });
  const figures = h("dl", { class: "facts" });

  const none = h("p", { class: "help" }, t("camera.none"));
  const showChoices = () => {
    none.hidden = store.cameras?.length !== 0;
    fillChoices(choices);
  };
  showChoices();
  on("cameras", showChoices);
  on("settings", showChoices);
  on("device", showChoices);
  on("state", (state) => {
    setText(now, cameraLine(state.camera));
    noOutputs.hidden = state.outputs.length > 0;
    keyed(outputs, state.outputs, (output) => output.name, buildOutput);
    showDelay(delay, state.figures.camera_to_output_ms);
    showFacts(figures, state.figures);
  });
  const element = h(
    "div",
    {},
    h(
      "div",
      { class: "card" },
      h("div", { class: "head" }, h("h2", {}, t("camera.title")), again),
      now,
      choices,
      none,
    ),
    h("div", { class: "card" }, h("h2", {}, t("outputs.title")), noOutputs, outputs),
    h("div", { class: "card" }, h("h2", {}, t("figures.title")), delay, figures),
  );
  return { element, shown: (open) => open && loadCameras() };
}

let asked = 0;

async function loadCameras() {
  const mine = ++asked;
  try {
    const { cameras } = await get("/api/cameras");
    if (mine === asked) put("cameras", cameras);
  } catch (error) {
    say(error.whole ?? String(error), "bad");
  }
}

function cameraLine(camera) {
  const size = camera.width
    ? t("camera.size", camera.width, camera.height, number(camera.fps))
    : "";
  return [camera.name, size, camera.message].filter(Boolean).join(" · ");
}

function fillChoices(holder) {
  const inForce = String(settingValue("camera.device") ?? "auto");
  const cameras = [...(store.cameras ?? [])];
  const known = new Set(["auto", ...cameras.map((camera) => camera.device)]);
  // A device that was set by hand, such as a part of a name, is a choice too.
  if (!known.has(inForce)) cameras.push({ device: inForce, name: inForce, problem: "" });
  const items = [
    { device: "auto", name: t("camera.auto"), detail: t("camera.auto.help") },
    ...cameras,
  ];
  keyed(holder, items, (camera) => camera.device, buildChoice);
  const shown = store.device ?? inForce;
  for (const input of holder.querySelectorAll("input")) input.checked = input.value === shown;
}

function buildChoice(first) {
  const input = h("input", { type: "radio", name: "camera", value: first.device });
  input.addEventListener("change", async () => {
    store.device = first.device;
    await order({ do: "settings", set: { "camera.device": first.device } });
    await loadSettings();
    if (store.device === first.device) put("device", null);
  });
  const name = h("strong", {});
  const detail = h("span", { class: "help" });
  const problem = h("span", { class: "problem" });
  const update = (camera) => {
    setText(name, camera.name);
    setText(detail, camera.detail ?? camera.device);
    setText(problem, camera.problem ?? "");
    problem.hidden = !camera.problem;
  };
  return {
    element: h("label", { class: "choice" }, input, h("span", {}, name, detail, problem)),
    update,
  };
}

function buildOutput() {
  const name = h("strong", {});
  const phase = h("span", { class: "chip" });
  const detail = h("span", { class: "help" });
  const problem = h("p", { class: "problem" });
  const update = (output) => {
    setText(name, output.name);
    setText(phase, t(`output.${output.phase}`));
    phase.dataset.phase = output.phase;
    const readers = output.readers;
    setText(
      detail,
      readers === null ? "" : readers === 1 ? t("output.reader") : t("output.readers", readers),
    );
    setText(problem, output.error);
    problem.hidden = !output.error;
  };
  return { element: h("li", {}, h("div", {}, name, detail, problem), phase), update };
}

function showDelay(holder, milliseconds) {
  holder.hidden = milliseconds === null;
  if (milliseconds === null) return;
  const told = number(milliseconds);
  const inStep = milliseconds < IN_STEP_MS;
  setText(holder, inStep ? t("figure.delay.none", told) : t("figure.delay", told));
}

function showFacts(holder, figures) {
  const wanted = [
    [t("figure.fps"), number(figures.output_fps, 1)],
    [t("figure.late"), number(figures.late_frames)],
    [
      t("figure.latency"),
      `${number(figures.latency_p50_ms, 1)} / ${number(figures.latency_p95_ms, 1)} ms`,
    ],
    [t("figure.vision"), number(figures.vision_hz, 1)],
    [t("figure.cpu"), `${number(figures.cpu_share * 100)} %`],
    [t("figure.uptime"), upFor(figures.uptime_s)],
  ];
  keyed(
    holder,
    wanted,
    ([name]) => name,
    ([name]) => {
      const value = h("dd", {});
      return {
        element: h("div", {}, h("dt", {}, name), value),
        update: ([, text]) => setText(value, text),
      };
    },
  );
}

function upFor(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? t("uptime.hours", hours, minutes % 60) : t("uptime.minutes", minutes);
}
