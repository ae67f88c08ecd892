// A field that takes files: chosen, or dropped on it.

import { h, icon } from "./dom.js";

/** Hands the files that are dropped on `label` to `take`. */
export function acceptDrops(label, take) {
  for (const name of ["dragenter", "dragover"]) {
    label.addEventListener(name, (event) => {
      event.preventDefault();
      label.classList.add("over");
    });
  }
  label.addEventListener("dragleave", () => label.classList.remove("over"));
  label.addEventListener("drop", (event) => {
    event.preventDefault();
    label.classList.remove("over");
    take([...event.dataTransfer.files]);
  });
}

/** `take(files)` may take a while; until then the field takes no other. */
export function dropField({ id, accept, iconName, text, take }) {
  const input = h("input", { type: "file", id, accept, class: "sr" });
  const label = h("label", { for: id, class: "drop slim" }, icon(iconName), text);
  const receive = async (files) => {
    if (files.length === 0 || input.disabled) return;
    input.disabled = true;
    await take(files);
    input.disabled = false;
    input.value = "";
  };
  input.addEventListener("change", () => receive([...input.files]));
  acceptDrops(label, receive);
  return h("div", {}, input, label);
}
