// A question before something that cannot be undone.

import { button, h } from "./dom.js";
import { t } from "./i18n.js";

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
