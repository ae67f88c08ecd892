// Packs that come and go: installed from a file, and removed again.

import { installPack, order, removePack } from "./api.js";
import { confirmed } from "./dialog.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { say } from "./toast.js";

const MOST_BYTES = 32 * 1024 * 1024;

export function buildInstall() {
  const input = h("input", { type: "file", id: "pack-file", accept: ".zip", class: "sr" });
  const label = h("label", { for: "pack-file", class: "drop slim" }, icon("try"), t("pack.install"));
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    input.disabled = true;
    await install(file);
    input.disabled = false;
    input.value = "";
  });
  return h("div", {}, input, label);
}

async function install(file) {
  if (file.size > MOST_BYTES) {
    say(t("pack.size"), "bad");
    return;
  }
  await trying(async () => {
    const { name } = await installPack(file, false).catch(async (error) => {
      if (error.status !== 409) throw error;
      const question = t("pack.replace.ask", error.message);
      return (await confirmed(question, t("pack.replace"))) ? installPack(file, true) : {};
    });
    if (name) say(t("pack.installed", name));
  });
}

/** Removes one of the user's packs, once that is confirmed. */
export async function remove(pack) {
  if (!(await confirmed(t("pack.remove.ask", pack.title), t("pack.remove")))) return;
  if (pack.on) await order({ do: "pack", name: pack.name, on: false });
  await trying(() => removePack(pack.name));
}

async function trying(work) {
  try {
    await work();
  } catch (error) {
    say(error.whole ?? String(error), "bad");
  }
}
