// Landmarks and poses over the live picture.

import { h } from "./dom.js";
import { gestureLabel, number } from "./i18n.js";
import { needMeters } from "./need.js";
import { on, settingValue, store } from "./store.js";

// Index pairs of the 21 hand landmarks: wrist, then four joints of each finger from the thumb on.
const BONES = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 4],
  [0, 5],
  [5, 6],
  [6, 7],
  [7, 8],
  [5, 9],
  [9, 10],
  [10, 11],
  [11, 12],
  [9, 13],
  [13, 14],
  [14, 15],
  [15, 16],
  [13, 17],
  [0, 17],
  [17, 18],
  [18, 19],
  [19, 20],
];

export function buildOverlay(screen) {
  const canvas = h("canvas", { class: "overlay", "aria-hidden": "true", hidden: true });
  screen.append(canvas);
  on("meters", (meters) => {
    if (!canvas.hidden) draw(canvas, meters);
  });
  // What was seen last does not stay on a picture in which nothing is looked for.
  on("state", () => {
    if (!canvas.hidden && store.meters) draw(canvas, store.meters);
  });
  return {
    show(wanted) {
      canvas.hidden = !wanted;
      needMeters("overlay", wanted);
      if (wanted && store.meters) draw(canvas, store.meters);
    },
  };
}

function draw(canvas, meters) {
  const ratio = Math.min(devicePixelRatio, 2);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  const mirrored = settingValue("outputs.preview.mirror") === true;
  const place = ([x, y]) => [(mirrored ? 1 - x : x) * width, y * height];
  pen.lineCap = "round";
  if (!isLive(store.state)) return;
  for (const face of meters.faces) drawFace(pen, face, place, ratio);
  for (const hand of meters.hands) drawHand(pen, hand, place, ratio);
}

function isLive(state) {
  return state !== null && state.mode === "live" && state.camera.phase === "live";
}

function drawFace(pen, [x, y, width, height], place, ratio) {
  const [left, top] = place([x, y]);
  const [right, bottom] = place([x + width, y + height]);
  pen.strokeStyle = "rgb(255 255 255 / 0.75)";
  pen.lineWidth = 1.5 * ratio;
  pen.strokeRect(Math.min(left, right), top, Math.abs(right - left), bottom - top);
}

function drawHand(pen, hand, place, ratio) {
  const points = hand.points.map(place);
  for (const [colour, thickness] of [
    ["rgb(10 30 32 / 0.6)", 5],
    ["#5fe0d0", 2.5],
  ]) {
    pen.strokeStyle = colour;
    pen.lineWidth = thickness * ratio;
    pen.beginPath();
    for (const [from, to] of BONES) {
      pen.moveTo(...points[from]);
      pen.lineTo(...points[to]);
    }
    pen.stroke();
  }
  pen.fillStyle = "#ffffff";
  for (const [x, y] of points) {
    pen.beginPath();
    pen.arc(x, y, 2.6 * ratio, 0, 2 * Math.PI);
    pen.fill();
  }
  const text = `${gestureLabel(store.state, hand.pose)} ${number(hand.score, 2)}`;
  pen.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  const size = pen.measureText(text).width;
  const x = Math.min(...points.map((point) => point[0]));
  const y = Math.max(26 * ratio, Math.min(...points.map((point) => point[1])) - 10 * ratio);
  pen.fillStyle = "rgb(10 30 32 / 0.82)";
  pen.beginPath();
  pen.roundRect(x, y - 18 * ratio, size + 16 * ratio, 25 * ratio, 7 * ratio);
  pen.fill();
  pen.fillStyle = "#ffffff";
  pen.fillText(text, x + 8 * ratio, y);
}
