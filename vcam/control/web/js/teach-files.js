// Taught poses as files: out, and in again.

import { installPoses, order } from "./api.js";
import { confirmed } from "./dialog.js";
import { button, h, icon } from "./dom.js";
import { dropField } from "./drop.js";
import { gestureLabel, t } from "./i18n.js";
import { on, store } from "./store.js";
import { say } from "./toast.js";

const MOST_BYTES = 8 * 1024 * 1024;

export function buildFiles() {
  const links = [
    link("vcam", "poses.vcamposes", t("poses.export")),
    link("tflite", "poses.tflite", t("poses.export.tflite")),
  ];
  const all = button(t("poses.forget"), { class: "danger small", iconName: "delete" });
  all.addEventListener("click", async () => {
    if (await confirmed(t("poses.forget.ask"), t("poses.forget")))
      await order({ do: "forget_pose", pose: null });
  });
  const out = h("p", { class: "foot" }, links, all);
  on("state", ({ teaching }) => {
    out.hidden = teaching.poses.length === 0;
    const [samples, network] = links;
    samples.hidden = !teaching.poses.some((pose) => pose.samples.length);
    network.hidden = !teaching.poses.some((pose) => pose.live);
  });
  const accept = ".vcamposes,application/octet-stream";
  return h(
    "div",
    { class: "card" },
    h("h2", {}, t("poses.files")),
    h("p", { class: "help" }, t("poses.files.help")),
    out,
    dropField({ id: "poses-file", accept, iconName: "try", text: t("poses.import"), take }),
  );
}

function link(form, name, text) {
  const href = `/api/poses/export?form=${form}`;
  return h("a", { href, download: name, class: "link" }, icon("download"), text);
}

async function take([file]) {
  if (file.size > MOST_BYTES) {
    say(t("poses.size"), "bad");
    return;
  }
  try {
    const { names } = await installPoses(file);
    const labels = names.map((name) => gestureLabel(store.state, name));
    say(t("poses.imported", labels.join(", ")));
  } catch (error) {
    say(error.whole ?? String(error), "bad");
  }
}
