// The pages of a patient and of a prescription: a new link with its code, and what is wrong where.

import { OURS, say } from "/static/forms.js";
import { copyButton, made } from "/static/made.js";

const words = JSON.parse(document.getElementById("people-words").textContent);

function showLink(link) {
  const place = document.getElementById("new-link");
  const address = made("input", { readOnly: true, value: link.address, id: "link-address" });
  const said = { copy: words.copy, copied: words.copied, byHand: words.copy_by_hand };
  const picture = made("img", {
    className: "qr", alt: words.qr, width: 240, height: 240,
    src: `data:image/svg+xml;base64,${btoa(link.qr_svg)}`,
  });
  const label = made("label", { htmlFor: "link-address", textContent: words.address });
  const again = made("button", { type: "button", className: "plain", textContent: words.done });
  again.addEventListener("click", () => location.reload());
  const actions = made("div", { className: "actions" }, copyButton(address, said), again);
  place.replaceChildren(made("p", { textContent: words.once }), picture, label, address, actions);
  place.hidden = false;
  address.focus();
}

document.addEventListener("done", (event) => {
  if (!event.target.matches("[data-new-link]")) return;
  event.preventDefault(); // the page is not loaded again: what the link opens is shown once
  showLink(event.detail);
});

document.addEventListener("values", (event) => {
  if (!event.target.matches("[data-prescription]")) return;
  event.detail.values.programme = JSON.parse(document.getElementById("programme").textContent);
});

const fileForm = document.querySelector("form[data-prescription-file]");
fileForm?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = fileForm.querySelector("input[type=file]").files[0];
  if (!file) return;
  const perWeek = document.getElementById("per-week").value;
  const query = perWeek ? `?sessions_per_week=${encodeURIComponent(perWeek)}` : "";
  try {
    const answer = await fetch(fileForm.dataset.prescriptionFile + query, {
      method: "PUT", headers: { ...OURS, "Content-Type": "application/toml" }, body: file,
    });
    if (!answer.ok) {
      const { detail } = await answer.json();
      say(fileForm, typeof detail === "string" ? detail : detail.map((one) => one.msg).join("; "));
      return;
    }
    location.assign(fileForm.dataset.then);
  } catch (error) {
    say(fileForm, error.message);
  }
});
