// What this browser remembers; a browser that forbids it simply forgets.

export function recall(name) {
  try {
    return localStorage.getItem(`vcam.${name}`);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(`vcam.${name}`);
    else localStorage.setItem(`vcam.${name}`, value);
  } catch {
    // Forbidden or full: the choice holds until the page is left.
  }
}
