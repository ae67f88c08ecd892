// What the page knows. Listeners are told which part has changed.

export const store = {
  /** connecting | open | lost | refused | resting */
  connection: "connecting",
  retryAt: 0,
  state: null,
  meters: null,
  history: [],
  settings: [],
  cameras: null,
  /** The camera that was chosen here while that is not known to be in force. */
  device: null,
  snapshot: null,
};

const listeners = new Map();

/** Calls `listener` now, if there is something to tell, and after each change of `part`. */
export function on(part, listener) {
  if (!listeners.has(part)) listeners.set(part, new Set());
  listeners.get(part).add(listener);
  if (store[part] !== null) listener(store[part]);
}

export function put(part, value) {
  store[part] = value;
  for (const listener of listeners.get(part) ?? []) listener(value);
}

/** Forgets all listeners: the page is about to be built anew. */
export function forgetListeners() {
  listeners.clear();
}

/** The value in force of a setting, undefined while that is not known. */
export function settingValue(key) {
  return store.settings.find((setting) => setting.key === key)?.value;
}
