// What a patient's link opens: the uploader, how far the clips are, and the last result.

import { made } from "/static/made.js";
import { attachUploader } from "/static/upload.js";

const words = JSON.parse(document.getElementById("phone-words").textContent);
const base = document.querySelector("[data-phone]").dataset.phone;
const EVERY_MS = 3000, SELDOM_MS = 20000;

function when(iso) {
  const options = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date(iso));
}

function lineOf(clip) {
  const line = made("li", {}, `${when(clip.sent_at)} `);
  const share = Math.round(clip.progress * 100);
  const text = words[clip.state].replace("{percent}", share);
  line.append(made("span", { className: `badge ${clip.state}` }, text));
  if (clip.error) line.append(made("p", { className: "quiet" }, clip.error));
  return line;
}

let shown = "";

function show(state) {
  const text = JSON.stringify(state);
  if (text === shown) return; // nothing is read aloud again
  shown = text;
  const sent = document.getElementById("sent");
  sent.hidden = state.sent.length === 0;
  sent.querySelector("ul").replaceChildren(...state.sent.map(lineOf));
  const last = document.getElementById("last");
  last.hidden = !state.last;
  if (!state.last) return;
  const { verdict } = state.last;
  const title = made("strong", { className: `verdict ${verdict}` }, state.last.title);
  const parts = [made("p", {}, title), made("p", {}, state.last.reps)];
  if (state.last.better) parts.push(made("p", {}, `${words.better} ${state.last.better}`));
  parts.push(made("p", { className: "quiet" }, when(state.last.sent_at)));
  last.querySelector("div").replaceChildren(...parts);
}

async function look() {
  let next = EVERY_MS;
  try {
    const answer = await fetch(`${base}/state`);
    if (answer.status === 404) return location.reload(); // the link is not good any more
    const state = await answer.json();
    show(state);
    if (!state.sent.some((clip) => ["waiting", "running"].includes(clip.state))) next = SELDOM_MS;
  } catch {
    next = SELDOM_MS; // no connection: what is shown stays
  }
  window.setTimeout(look, document.hidden ? SELDOM_MS : next);
  return undefined;
}

show(JSON.parse(document.getElementById("phone-state").textContent));
window.setTimeout(look, EVERY_MS);

/** What the patient says of the clips that are sent: the uploader asks at the start of each. */
function said() {
  const number = (id) => {
    const { value } = document.getElementById(id);
    return value === "" ? null : Number(value);
  };
  return { symptoms_before: number("before"), symptoms_after: number("after") };
}

attachUploader(document.getElementById("upload"), { endpoint: `${base}/uploads`, said });
