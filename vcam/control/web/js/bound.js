// Settings that stand beside what they change; each shows what is in force.

import { loadSettings, order } from "./api.js";
import { on, settingValue } from "./store.js";

/** The element of `build(commit)`, which gives { element, set(value) }. */
export function bound(key, build) {
  let sending = 0;
  const editor = build(async (value) => {
    sending += 1;
    await order({ do: "settings", set: { [key]: value } });
    const told = await loadSettings();
    sending -= 1;
    if (told) show();
  });
  // What was decided here stands until it is known what came of it.
  const show = () => {
    const value = settingValue(key);
    if (sending === 0 && value !== undefined) editor.set(value);
  };
  on("settings", show);
  return editor.element;
}
