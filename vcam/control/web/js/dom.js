// Building and patching of elements: no markup is ever parsed, so no text can become markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `props` are attributes, `on…` listeners, `class` or DOM properties with a dot. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith(".")) element[name.slice(1)] = value;
    else setAttribute(element, name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets, or for null and false removes, an attribute; nothing is touched that is right already. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (value === true) {
    if (!element.hasAttribute(name)) element.setAttribute(name, "");
  } else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Sets the text of an element unless it says that already. */
export function setText(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Brings the symbols of icons.svg into the page: they are there even when vcam has gone. */
export async function loadIcons() {
  const text = await (await fetch("/static/icons.svg")).text();
  const sprite = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  sprite.setAttribute("class", "sprite");
  sprite.setAttribute("aria-hidden", "true");
  document.body.append(document.adoptNode(sprite));
}

/** A symbol of icons.svg; decoration alone, the name stands beside it or on the control. */
export function icon(name) {
  const use = svg("use", { href: `#i-${name}` });
  return svg("svg", { class: "icon", "aria-hidden": "true", viewBox: "0 0 24 24" }, use);
}

export function setIcon(holder, name) {
  const use = holder.querySelector("use");
  setAttribute(use, "href", `#i-${name}`);
}

/** A button with an icon and a text; `quiet` keeps the text for screen readers and the tip. */
export function button(text, { iconName, quiet = false, ...props } = {}) {
  const label = h("span", { class: quiet ? "sr" : "label" }, text);
  const named = quiet ? { title: text, ...props } : props;
  return h("button", { type: "button", ...named }, iconName ? icon(iconName) : null, label);
}

/** A switch that looks like one; `change(on)` is asked on each click and decides. */
export function toggle(label, change) {
  const element = h(
    "button",
    { type: "button", role: "switch", class: "switch", "aria-checked": "false" },
    h("span", { class: "knob" }),
  );
  element.setAttribute("aria-label", label);
  element.addEventListener("click", () => change(element.getAttribute("aria-checked") !== "true"));
  return element;
}

/**
 * Tells whether somebody is writing in `control`: that is not overwritten before it is decided.
 *
 * The focus alone says nothing: it stays where something was decided, or was put there by us.
 */
export function writing(control) {
  let undecided = false;
  control.addEventListener("input", () => {
    undecided = true;
  });
  for (const name of ["change", "blur"]) {
    control.addEventListener(name, () => {
      undecided = false;
    });
  }
  return () => undecided && document.activeElement === control;
}

let groups = 0;

/** One of a few, in a row; `choices` are pairs of value and text, `change(value)` is told each choice. */
export function pills(label, choices, change) {
  const name = `pills-${++groups}`;
  const inputs = choices.map(([value]) => h("input", { type: "radio", class: "sr", name, value }));
  for (const input of inputs) input.addEventListener("change", () => change(input.value));
  const element = h(
    "fieldset",
    { class: "pills" },
    h("legend", {}, label),
    choices.map(([, text], index) => h("label", {}, inputs[index], text)),
  );
  const set = (value) => {
    for (const input of inputs) input.checked = input.value === value;
  };
  return { element, set };
}

export function setOn(element, on) {
  setAttribute(element, "aria-checked", String(on));
}

/**
 * Makes the children of `parent` those of `items`: kept by key, so that focus stays.
 *
 * `create(item)` gives `{ element, update(item) }`.
 */
export function keyed(parent, items, keyOf, create) {
  const known = (parent.vcamParts ??= new Map());
  const wantedKeys = new Set(items.map(keyOf));
  // First: what follows something that goes would have to move, and lose focus and clicks.
  for (const [key, part] of known) {
    if (wantedKeys.has(key)) continue;
    part.element.remove();
    known.delete(key);
  }
  let previous = null;
  for (const item of items) {
    const key = keyOf(item);
    let part = known.get(key);
    if (!part) known.set(key, (part = create(item)));
    part.update(item);
    const wanted = previous ? previous.nextSibling : parent.firstChild;
    if (part.element !== wanted) parent.insertBefore(part.element, wanted);
    previous = part.element;
  }
}
