// Who was seen when: a table, and the same as a file.

import { bound } from "./bound.js";
import { h, icon, keyed, setOn, setText, toggle, writing } from "./dom.js";
import { number, t, timeOfDay } from "./i18n.js";
import { on } from "./store.js";

// As `keep_days` of the settings allows.
const MOST_DAYS = 3650;

export function buildAttendance() {
  const rows = h("tbody", {});
  const heads = ["day", "name", "first", "last", "minutes"].map((name) =>
    h("th", { scope: "col" }, t(`attendance.${name}`)),
  );
  const table = h(
    "div",
    { class: "wide", role: "region", "aria-label": t("attendance.title"), tabindex: 0 },
    h("table", {}, h("thead", {}, h("tr", {}, heads)), rows),
  );
  const none = h("p", { class: "help" }, t("attendance.none"));
  const save = h(
    "a",
    { href: "/api/people/attendance.csv", download: "attendance.csv", class: "link" },
    icon("download"),
    t("attendance.save"),
  );
  on("state", ({ people: { attendance } }) => {
    none.hidden = attendance.length > 0;
    table.hidden = attendance.length === 0;
    save.hidden = attendance.length === 0;
    keyed(rows, attendance, (line) => `${line.day} ${line.name}`, buildLine);
  });
  return h(
    "div",
    { class: "card attendance" },
    h("div", { class: "master" }, h("h2", {}, t("attendance.title")), switchOf("people.attendance", t("attendance.keep"))),
    h("p", { class: "help" }, t("attendance.help")),
    h("div", { class: "fields" }, days(), tagged()),
    none,
    table,
    save,
  );
}

function switchOf(key, title) {
  return bound(key, (commit) => {
    const element = toggle(title, commit);
    return { element, set: (value) => setOn(element, value === true) };
  });
}

function days() {
  return bound("people.keep_days", (commit) => {
    const input = h("input", { type: "number", min: 1, max: MOST_DAYS, step: 1 });
    input.addEventListener("change", () => input.validity.valid && commit(Number(input.value)));
    const isWritten = writing(input);
    const element = h("label", { class: "field" }, t("attendance.days"), input);
    const set = (value) => {
      if (!isWritten()) input.value = value;
    };
    return { element, set };
  });
}

function tagged() {
  return h(
    "div",
    { class: "master field" },
    h("span", {}, t("people.tag")),
    switchOf("people.name_tag", t("people.tag")),
  );
}

function buildLine({ name, day }) {
  const [first, last, minutes] = [h("td", {}), h("td", {}), h("td", {})];
  const element = h(
    "tr",
    {},
    h("td", {}, day),
    h("th", { scope: "row" }, name),
    first,
    last,
    minutes,
  );
  const update = (line) => {
    setText(first, timeOfDay(line.first));
    setText(last, timeOfDay(line.last));
    setText(minutes, number(line.minutes));
  };
  return { element, update };
}
