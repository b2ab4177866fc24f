// Elements made by script, and lists that are made anew without taking the focus away.

/** A new element: properties and attributes by name, `on` for listeners, children as they come. */
export function el(name, values = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key === "className" ? "class" : key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button that says what it does; `key` finds it again once its list is made anew. */
export function button(text, act, values = {}) {
  return el("button", { type: "button", className: "plain small", ...values, on: { click: act } }, text);
}

/** Puts new children in a place; what had the focus has it again. */
export function render(place, ...children) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

export const byId = (id) => document.getElementById(id);

/** Says a sentence to those who listen, and shows it for a moment. */
export function speak(sentence, kind = "good") {
  const place = byId("said");
  place.dataset.kind = kind;
  place.textContent = sentence;
  place.hidden = false;
  clearTimeout(speak.timer);
  if (kind === "good") speak.timer = setTimeout(() => (place.hidden = true), 6000);
}
