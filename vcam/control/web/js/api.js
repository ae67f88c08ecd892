// Requests to the daemon. The cookie of the one-time link is all the page ever shows.

import { put, store } from "./store.js";
import { say } from "./toast.js";
import { t } from "./i18n.js";

export class ApiError extends Error {
  constructor(message, fix, status) {
    super(message);
    this.fix = fix;
    this.status = status;
  }

  /** Message and fix as one text for people. */
  get whole() {
    return this.fix ? `${this.message}. ${sentence(this.fix)}` : this.message;
  }
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, redirect: "error", cache: "no-store" });
    if (response.ok) return await response.json();
  } catch {
    throw new ApiError(t("error.unreachable"), "", 0);
  }
  if (response.status === 401) put("connection", "refused");
  const body = await response.json().catch(() => ({}));
  const message = typeof body.error === "string" ? body.error : t("error.status", response.status);
  throw new ApiError(message, typeof body.fix === "string" ? body.fix : "", response.status);
}

export const get = (path) => request(path);

// As long as no answer can take: one that never comes must not hold up what waits for it.
const COMMAND_MS = 20000;
const SETTINGS_MS = 10000;
const AGAIN_MS = 1000;

// Two of one lane must not overtake each other on their way: the later one is what is wanted.
const LANES = [
  ["pause", "resume", "freeze"],
  ["settings", "pack", "gesture", "reactions", "profile"],
  ["teach", "samples", "train", "use_taught", "rename_pose", "forget_pose"],
  ["enrol", "forget_person"],
];
const ends = LANES.map(() => Promise.resolve());

/** Sends a command; returns its outcome, raises ApiError. */
export function command(body) {
  const send = () =>
    request("/api/commands", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      // What stops something arrives even if this page is closed meanwhile.
      keepalive: body.cancel === true,
      signal: AbortSignal.timeout(COMMAND_MS),
    });
  const lane = LANES.findIndex((kinds) => kinds.includes(body.do));
  if (lane < 0) return send();
  const outcome = ends[lane].then(send);
  ends[lane] = outcome.catch(() => {});
  return outcome;
}

/** Sends a command and tells of a failure; returns the outcome, or null after a failure. */
export async function order(body) {
  try {
    return await command(body);
  } catch (error) {
    say(error.whole ?? String(error), "bad");
    return null;
  }
}

export function judge(file) {
  return request("/api/try", {
    method: "POST",
    headers: { "Content-Type": file.type || "application/octet-stream" },
    body: file,
  });
}

/** Installs the pack of a zip file; raises ApiError, of status 409 if it is there already. */
export function installPack(file, replace) {
  return request(`/api/packs?replace=${replace}`, {
    method: "POST",
    headers: { "Content-Type": "application/zip" },
    body: file,
  });
}

/** Takes the taught poses of a file in; resolves to { names }, raises ApiError. */
export function installPoses(file) {
  return request("/api/poses", {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  });
}

export function removePack(name) {
  return request(`/api/packs/${encodeURIComponent(name)}`, { method: "DELETE" });
}

let answered = Promise.resolve();
let next = null;

/**
 * Puts all settings into the store, as they are after this call, and resolves to whether it could.
 *
 * There is one question at a time, so that no answer overtakes a newer one, and every answer
 * counts; those who ask meanwhile share the next one.
 */
export function loadSettings() {
  next ??= answered.then(() => {
    next = null;
    const asking = askForSettings();
    answered = asking.catch(() => {});
    return asking;
  });
  return next;
}

async function askForSettings() {
  for (;;) {
    const signal = AbortSignal.timeout(SETTINGS_MS);
    const answer = await request("/api/settings", { signal }).catch(() => null);
    if (answer) {
      put("settings", answer.values);
      return true;
    }
    // Without a connection its own banner tells, and what comes with the next one asks again.
    if (store.connection !== "open") return false;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
