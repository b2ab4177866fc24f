// What is shown once (links, tokens), and accounts that are disabled or enabled.

import { say, send } from "/static/forms.js";

const words = JSON.parse(document.getElementById("account-words").textContent);

function made(name, properties = {}, ...inside) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inside);
  return element;
}

function showOnce(near, secret) {
  const dialog = made("dialog", { ariaLabel: words.label });
  const field = made("input", { readOnly: true, value: secret, ariaLabel: words.label });
  const copy = made("button", { type: "button", textContent: words.copy });
  const done = made("button", { type: "button", className: "plain", textContent: words.done });
  copy.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(secret);
      copy.textContent = words.copied;
    } catch {
      say(copy, words.by_hand);
    }
  });
  done.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => location.reload());
  dialog.append(made("p", { textContent: words.once }), field,
    made("div", { className: "actions" }, copy, done));
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  field.select();
}

document.addEventListener("done", (event) => {
  const { once } = event.target.dataset;
  if (!once) return;
  event.preventDefault();
  showOnce(event.target, event.detail[once]);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-user]");
  if (!button || (button.dataset.sure && !window.confirm(button.dataset.sure))) return;
  const { user, disabled } = button.dataset;
  try {
    await send("PATCH", `/api/users/${user}`, { disabled: disabled === "true" });
    location.reload();
  } catch (error) {
    say(button, error.message);
  }
});
