// Requests to the daemon. The cookie of the one-time link is all the page ever shows.

import { put } from "./store.js";
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
  } catch {
    throw new ApiError(t("error.unreachable"), "", 0);
  }
  if (response.ok) return response.json();
  if (response.status === 401) put("connection", "refused");
  const body = await response.json().catch(() => ({}));
  const message = typeof body.error === "string" ? body.error : t("error.status", response.status);
  throw new ApiError(message, typeof body.fix === "string" ? body.fix : "", response.status);
}

export const get = (path) => request(path);

let changing = 0;
let asked = 0;

/** Sends a command; returns its outcome, raises ApiError. */
export async function command(body) {
  changing += 1;
  try {
    return await request("/api/commands", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } finally {
    changing -= 1;
  }
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

/** Asks for all settings; an answer that a later question or a command overtakes is old by then. */
export async function loadSettings() {
  asked += 1;
  const mine = asked;
  const { values } = await get("/api/settings");
  if (mine === asked && changing === 0) put("settings", values);
}
