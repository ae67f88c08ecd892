// The WebSocket: state, meters and history as they change; comes back by itself.

import { put, store } from "./store.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15000;

let socket = null;
let pauseMs = FIRST_PAUSE_MS;
let timer = 0;
let wantsMeters = false;

/** Connects, and keeps connected while the page is in sight. */
export function startLive() {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) rest();
    else wake();
  });
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", wake);
  if (document.hidden) put("connection", "resting");
  else connect();
}

/** Tries again at once. */
export function retryNow() {
  pauseMs = FIRST_PAUSE_MS;
  clearTimeout(timer);
  connect();
}

/** Asks for the meters, or for no more of them: nobody looks. */
export function wantMeters(wanted) {
  if (wanted === wantsMeters) return;
  wantsMeters = wanted;
  if (socket?.readyState === WebSocket.OPEN) sendWish();
}

function sendWish() {
  socket.send(JSON.stringify({ meters: wantsMeters }));
}

function connect() {
  if (socket) return;
  const opened = new WebSocket(`ws://${location.host}/api/live`);
  socket = opened;
  opened.addEventListener("open", () => {
    pauseMs = FIRST_PAUSE_MS;
    put("connection", "open");
    if (wantsMeters) sendWish();
  });
  opened.addEventListener("message", (event) => {
    if (socket === opened) take(JSON.parse(event.data));
  });
  opened.addEventListener("close", () => {
    if (socket !== opened) return;
    socket = null;
    lost();
  });
}

function take(message) {
  for (const part of ["state", "meters", "history"]) {
    if (part in message) put(part, message[part]);
  }
}

async function lost() {
  // A refused handshake and a dead daemon look the same to a WebSocket; a request tells.
  let status = 0;
  try {
    status = (await fetch("/api/state", { cache: "no-store" })).status;
  } catch {
    status = 0;
  }
  if (document.hidden || socket) return;
  store.retryAt = Date.now() + pauseMs;
  put("connection", status === 401 || status === 403 ? "refused" : "lost");
  clearTimeout(timer);
  timer = setTimeout(connect, pauseMs);
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
}

function rest() {
  clearTimeout(timer);
  put("connection", "resting");
  const closing = socket;
  socket = null;
  closing?.close();
}

function wake() {
  if (!document.hidden && !socket && store.connection === "resting") retryNow();
}
