// A clip that is not graded yet: how far it is, and its page as soon as it is done.

import { follow } from "../clips.js";
import { byId } from "./dom.js";

const place = byId("waiting");
const words = JSON.parse(byId("clip-words").textContent).script;
const clip = Number(place.dataset.clip);

function change(one) {
  if (one.clip !== clip) return;
  if (one.state === "done" || one.state === "failed") location.reload();
  byId("waiting-bar").value = one.progress;
  byId("waiting-text").textContent = words[one.stage] ?? words[one.state];
}

follow(place.dataset.patient, (changes) => changes.forEach(change), change);
