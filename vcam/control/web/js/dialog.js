// A question before something that cannot be undone.

import { button, h } from "./dom.js";
import { t } from "./i18n.js";

/** Resolves to what was written, trimmed; null after leaving the dialog in any other way. */
export function asked(question, value, action) {
  return new Promise((resolve) => {
    const input = h("input", { type: "text", maxlength: 60, required: true, ".value": value });
    const no = button(t("confirm.no"));
    const dialog = h(
      "dialog",
      { class: "card confirm" },
      h(
        "form",
        { method: "dialog" },
        h("label", { class: "field" }, question, input),
        h(
          "div",
          { class: "levers" },
          no,
          h("button", { type: "submit", class: "strong", value: "yes" }, action),
        ),
      ),
    );
    no.addEventListener("click", () => dialog.close(""));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? input.value.trim() : null);
    });
    document.body.append(dialog);
    dialog.showModal();
    input.select();
  });
}

/** Resolves to whether `action` was chosen; leaving the dialog in any other way is a no. */
export function confirmed(question, action) {
  return new Promise((resolve) => {
    const no = button(t("confirm.no"), { autofocus: true });
    const yes = button(action, { class: "danger" });
    const dialog = h(
      "dialog",
      { class: "card confirm", "aria-labelledby": "question" },
      h("p", { id: "question" }, question),
      h("div", { class: "levers" }, no, yes),
    );
    no.addEventListener("click", () => dialog.close(""));
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
