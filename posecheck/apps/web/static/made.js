// Elements made by script, and a button that copies.

import { say } from "/static/forms.js";

/** A new element with its properties, and what is inside. */
export function made(name, properties = {}, ...inside) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inside);
  return element;
}

/** A button that copies what a field holds; where the browser refuses, it is selected and said. */
export function copyButton(field, { copy, copied, byHand }) {
  const button = made("button", { type: "button", textContent: copy });
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = copied;
    } catch {
      say(button, byHand);
    }
  });
  return button;
}
