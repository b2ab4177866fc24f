// What is shown once (links, tokens), and accounts that are disabled or enabled.

import { say, send } from "/static/forms.js";
import { copyButton, made } from "/static/made.js";

const words = JSON.parse(document.getElementById("account-words").textContent);

function showOnce(secret) {
  const dialog = made("dialog", { ariaLabel: words.label });
  const field = made("input", { readOnly: true, value: secret, ariaLabel: words.label });
  const said = { copy: words.copy, copied: words.copied, byHand: words.by_hand };
  const done = made("button", { type: "button", className: "plain", textContent: words.done });
  done.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => location.reload());
  dialog.append(made("p", { textContent: words.once }), field,
    made("div", { className: "actions" }, copyButton(field, said), done));
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  field.select();
}

document.addEventListener("done", (event) => {
  const { once } = event.target.dataset;
  if (!once) return;
  event.preventDefault();
  showOnce(event.detail[once]);
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
