// People: nobody is recognised who has not agreed; who is enrolled, who is here, who was.

import { order } from "./api.js";
import { buildAttendance } from "./attendance.js";
import { bound } from "./bound.js";
import { confirmed } from "./dialog.js";
import { button, h, icon, keyed, setAttribute, setOn, setText, toggle } from "./dom.js";
import { dateOf, number, t } from "./i18n.js";
import { on } from "./store.js";

export function build() {
  return {
    element: h("div", {}, buildConsent(), buildEnrolment(), buildList(), buildAttendance()),
  };
}

function buildConsent() {
  const switcher = bound("people.enabled", (commit) => {
    const element = toggle(t("people.enabled"), async (wanted) => {
      if (wanted && !(await confirmed(t("people.ask"), t("people.agree")))) return;
      commit(wanted);
    });
    return { element, set: (value) => setOn(element, value === true) };
  });
  const problem = h("p", { class: "problem", role: "status" });
  on("state", ({ people }) => {
    setText(problem, people.problem);
    problem.hidden = !people.problem;
  });
  return h(
    "div",
    { class: "card" },
    h("div", { class: "master" }, h("h2", {}, t("people.title")), switcher),
    h("p", { class: "callout" }, t("people.consent")),
    problem,
  );
}

function buildEnrolment() {
  const name = h("input", { type: "text", maxlength: 60, required: true, autocomplete: "off" });
  const agreed = h("input", { type: "checkbox", required: true });
  const start = h("button", { type: "submit", class: "strong" }, icon("people"), t("enrol.start"));
  const form = h(
    "form",
    { class: "enrol" },
    h("label", { class: "field" }, t("enrol.name"), name),
    h("label", { class: "agree" }, agreed, h("span", {}, t("enrol.consent"))),
    start,
  );
  const show = () => {
    start.disabled = !name.value.trim() || !agreed.checked;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const done = await order({ do: "enrol", name: name.value.trim(), consent: agreed.checked });
    if (!done) return;
    form.reset();
    show();
  });
  show();

  const step = h("p", { class: "step", role: "status" });
  const fill = h("div", { class: "fill" });
  const track = h("div", { class: "track", role: "progressbar" }, fill);
  track.setAttribute("aria-label", t("enrol.progress"));
  const count = h("p", { class: "help" });
  const problem = h("p", { class: "problem" });
  const cancel = button(t("enrol.cancel"), {});
  let who = "";
  cancel.addEventListener("click", () => order({ do: "enrol", name: who, cancel: true }));
  const run = h("div", { class: "run" }, track, count, problem, cancel);
  on("state", ({ people: { enrolment } }) => {
    const runs = enrolment?.phase === "looking";
    form.hidden = runs;
    run.hidden = !runs;
    step.hidden = !enrolment;
    if (!enrolment) return;
    who = enrolment.name;
    setText(step, enrolment.message || t(`enrolment.${enrolment.phase}`, who));
    step.classList.toggle("failed", enrolment.phase === "failed");
    const share = enrolment.wanted ? enrolment.taken / enrolment.wanted : 0;
    fill.style.transform = `scaleX(${Math.min(1, share).toFixed(3)})`;
    setAttribute(track, "aria-valuenow", Math.round(share * 100));
    setText(count, t("enrol.count", who, number(enrolment.taken), number(enrolment.wanted)));
    setText(problem, enrolment.problem);
    problem.hidden = !enrolment.problem;
  });
  return h(
    "div",
    { class: "card" },
    h("h2", {}, t("enrol.title")),
    h("p", { class: "help" }, t("enrol.help")),
    step,
    run,
    form,
  );
}

function buildList() {
  const list = h("ul", { class: "rows" });
  const none = h("p", { class: "help" }, t("people.none"));
  const all = button(t("people.forget.all"), { class: "danger", iconName: "delete" });
  all.addEventListener("click", async () => {
    if (await confirmed(t("people.forget.all.ask"), t("people.forget.all")))
      await order({ do: "forget_person", name: null });
  });
  on("state", ({ people: { people } }) => {
    none.hidden = people.length > 0;
    all.hidden = people.length === 0;
    keyed(list, people, (person) => person.name, buildPerson);
  });
  return h("div", { class: "card enrolled" }, h("h2", {}, t("people.enrolled")), none, list, all);
}

function buildPerson({ name }) {
  const facts = h("p", { class: "help" });
  const here = h("span", { class: "chip live on" }, t("people.present"));
  const forget = button(t("people.forget"), {
    iconName: "delete",
    class: "small",
    "aria-label": t("people.forget.label", name),
  });
  forget.addEventListener("click", async () => {
    if (await confirmed(t("people.forget.ask", name), t("people.forget")))
      await order({ do: "forget_person", name });
  });
  const update = ({ faces, since, present }) => {
    here.hidden = !present;
    setText(facts, t("people.facts", number(faces), dateOf(since)));
  };
  const words = h("div", {}, h("strong", {}, name), " ", here, facts);
  return { element: h("li", { "data-person": name }, words, forget), update };
}
