// A button that does something for as long as it is held: by mouse, finger, Space or Enter.

/** Calls `begin()` when `control` is pressed, and `end()` once it is let go, in whatever way. */
export function holdable(control, begin, end) {
  let held = false;
  const press = () => {
    if (held || control.disabled) return;
    held = true;
    control.classList.add("held");
    begin();
  };
  const release = () => {
    if (!held) return;
    held = false;
    control.classList.remove("held");
    end();
  };
  const isKey = (event) => event.key === " " || event.key === "Enter";
  control.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    press();
    // What changes on the page meanwhile may move the button away from under the finger.
    control.setPointerCapture(event.pointerId);
  });
  control.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { left, top, right, bottom } = control.getBoundingClientRect();
    if (clientX < left || clientX > right || clientY < top || clientY > bottom) release();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
    control.addEventListener(name, release);
  }
  control.addEventListener("keydown", (event) => {
    if (!isKey(event)) return;
    event.preventDefault();
    if (!event.repeat) press();
  });
  control.addEventListener("keyup", (event) => isKey(event) && release());
  // A long press is no wish for a menu here.
  control.addEventListener("contextmenu", (event) => event.preventDefault());
  const leave = () => {
    if (!control.isConnected) unlisten.abort();
    release();
  };
  const unlisten = new AbortController();
  const { signal } = unlisten;
  for (const name of ["blur", "pagehide"]) window.addEventListener(name, leave, { signal });
  document.addEventListener("visibilitychange", leave, { signal });
}
