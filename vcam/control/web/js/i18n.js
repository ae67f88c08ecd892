// Words in the user's language. `t` takes a key of the tables; `tOf` one of a family of keys.

import en from "../i18n/en.js";
import enAbilities from "../i18n/en-abilities.js";
import id from "../i18n/id.js";
import idAbilities from "../i18n/id-abilities.js";
import { PHRASES, SETTINGS } from "../i18n/id-settings.js";
import { recall, remember } from "./storage.js";

const TABLES = { en: { ...en, ...enAbilities }, id: { ...id, ...idAbilities } };
export const LANGUAGES = { en: "English", id: "Indonesia" };

let language = fromBrowser(recall("language"));

function fromBrowser(chosen) {
  if (chosen in TABLES) return chosen;
  const wanted = (navigator.languages ?? []).map((tag) => tag.slice(0, 2).toLowerCase());
  // `in` is the code that Indonesian had until 1989; some systems still say so.
  const first = wanted.find((code) => code in TABLES || code === "in");
  return first === "in" ? "id" : (first ?? "en");
}

export const currentLanguage = () => language;

/** Takes `en`, `id` or `auto`; returns whether that changed anything. */
export function setLanguage(chosen) {
  remember("language", chosen in TABLES ? chosen : null);
  const before = language;
  language = fromBrowser(chosen);
  document.documentElement.lang = language;
  return language !== before;
}

/** The text of `key`, with {0}, {1} … replaced. */
export function t(key, ...values) {
  const text = TABLES[language][key] ?? TABLES.en[key] ?? key;
  return text.replace(/\{(\d)\}/g, (_, index) => values[index]);
}

/** The text of `family.name`, or `fallback` for a name that the table does not know. */
export function tOf(family, name, fallback = name) {
  const key = `${family}.${name}`;
  return key in TABLES.en ? t(key) : fallback;
}

/** Pairs of value and text, for choices. */
export function tEach(family, values) {
  return values.map((value) => [value, t(`${family}.${value}`)]);
}

/** What people call a gesture. */
export function gestureLabel(state, name) {
  if (name === "none") return t("pose.none");
  const known = state?.gestures.find((gesture) => gesture.name === name);
  if (known) return language === "id" ? known.label_id : known.label_en;
  const [model, said] = name.split(":");
  if (said) return `${modelTitle(state, model)}: ${readable(said)}`;
  return readable(name);
}

/** What people call an image model; people themselves are asked for by the same word. */
export function modelTitle(state, name) {
  if (name === "people") return t("model.people");
  const known = state?.recognisers.find((model) => model.name === name);
  return known?.title || readable(name);
}

/** `release_after_ms` as people would write it. */
export function readable(name) {
  const words = name.replaceAll("_", " ").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const UNITS = { _ms: " (ms)", _hz: " (Hz)" };

// A key may hold names of the user's choice; the table has it with `*` in their place.
function inIndonesian(setting) {
  return language === "id" ? SETTINGS[setting.pattern ?? setting.key] : undefined;
}

/** What people call a setting. */
export function settingTitle(setting) {
  const [title] = inIndonesian(setting) ?? [];
  if (title) return title;
  const last = setting.key.split(".").pop();
  const unit = UNITS[last.slice(-3)] ?? "";
  return readable(unit ? last.slice(0, -3) : last) + unit;
}

/** Help of a setting, the daemon's own words in English. */
export function settingHelp(setting) {
  return inIndonesian(setting)?.[1] ?? setting.help;
}

/** What a setting must be, in words. */
export function allowed(setting) {
  if (language !== "id") return setting.must_be;
  return PHRASES.reduce((text, [from, to]) => text.replaceAll(from, to), setting.must_be);
}

export function number(value, digits = 0) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, options).format(value);
}

/** 0.963 as 96 %. */
export function percent(share) {
  return new Intl.NumberFormat(language, { style: "percent" }).format(share);
}

/** A number of bytes. */
export function sizeOf(bytes) {
  const [unit, value] =
    bytes < 1e6 ? ["kilobyte", Math.ceil(bytes / 1e3)] : ["megabyte", Math.round(bytes / 1e5) / 10];
  return new Intl.NumberFormat(language, { style: "unit", unit }).format(value);
}

export function dateOf(seconds) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(seconds * 1000);
}

export function timeOfDay(seconds) {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(language, options).format(new Date(seconds * 1000));
}
