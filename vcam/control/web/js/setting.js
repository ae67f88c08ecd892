// One setting: words, editor, where its value comes from, the way back to its default.

import { button, h, setAttribute, setText } from "./dom.js";
import { buildEditor, buildError } from "./editors.js";
import { allowed, settingHelp, settingTitle, t, tOf } from "./i18n.js";

const SAVED_MS = 2500;

/**
 * `change({set} or {unset})` sends it, and raises what the daemon says against it; it resolves to
 * whether what is in force since then has been told by `update`.
 */
export function buildSetting(first, change) {
  const { key } = first;
  const title = settingTitle(first);
  const error = buildError(`error-${key}`);
  const saved = h("span", { class: "saved", role: "status" });
  // What was decided here stands until it is known what came of it.
  let sending = 0;
  let latest = first;
  const show = () => sending === 0 && editor.set(latest.value ?? null);
  const send = async (body) => {
    let told = true;
    sending += 1;
    try {
      told = await change(body);
      error.tell(editor.control, "");
      setText(saved, t("setting.saved"));
      setTimeout(() => setText(saved, ""), SAVED_MS);
    } catch (problem) {
      error.tell(editor.control, problem.whole ?? String(problem));
    }
    sending -= 1;
    if (told) show();
  };
  const fail = (text) => error.tell(editor.control, text);
  const editor = buildEditor(first, title, (value) => send({ set: { [key]: value } }), fail);
  const helpId = `help-${key}`;
  setAttribute(editor.control, "aria-describedby", helpId);
  const origin = h("span", { class: "chip origin" });
  const applies = h(
    "span",
    { class: "chip applies" },
    first.applies === "at once" ? "" : tOf("applies", first.applies),
  );
  applies.hidden = first.applies === "at once";
  const reset = button(t("setting.reset"), {
    iconName: "reset",
    class: "small",
    "aria-label": t("setting.reset.label", title),
  });
  reset.addEventListener("click", async () => {
    await send({ unset: [key] });
    // The button has gone with what it undid; nobody is torn away from elsewhere.
    if ([reset, document.body].includes(document.activeElement)) editor.control.focus();
  });
  const element = h(
    "div",
    { class: "setting", "data-kind": first.kind, "data-key": key },
    h(
      "div",
      { class: "words" },
      h("h4", {}, title),
      h("code", {}, key),
      h("p", { class: "help", id: helpId }, `${settingHelp(first)} (${allowed(first)})`),
    ),
    h(
      "div",
      { class: "edit" },
      editor.element,
      saved,
      h("p", { class: "meta" }, origin, applies, reset),
    ),
    error.element,
  );
  const update = (setting) => {
    latest = setting;
    show();
    setText(origin, originWords(setting.origin));
    element.classList.toggle("changed", setting.origin !== "default");
    reset.hidden = setting.origin === "default";
  };
  return { element, update };
}

function originWords(origin) {
  const [kind, ...rest] = origin.split(" ");
  if (kind === "default") return t("origin.default");
  if (kind === "line") return t("origin.line", rest.join(" "));
  if (kind === "profile") return t("origin.profile", rest.join(" "));
  return origin;
}
