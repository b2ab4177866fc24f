// The page of the queue: what waits, what is graded, and what failed, as it happens.

import { send } from "./forms.js";
import { element, fill, follow, itemOf, replaceItem, speak } from "./clips.js";

const script = JSON.parse(document.getElementById("clip-words").textContent).script;
const paused = document.getElementById("queue-paused");
const EVERY_MS = 5000; // a pause of the queue is no event of a clip
let state = JSON.parse(document.getElementById("queue-state").textContent);
let timer;

function listIn(id, lines) {
  const place = document.getElementById(id);
  let list = place.querySelector("ul");
  if (!list) place.append((list = element("ul", "clips")));
  const wanted = new Set(lines.map((line) => String(line.id)));
  for (const item of [...list.children]) if (!wanted.has(item.dataset.clip)) item.remove();
  for (const line of lines) {
    const item = itemOf(line, { withPatient: true, changed: () => (speak(script.tries_again), soon()) });
    if (!replaceItem(list, item)) list.append(item);
  }
  return place;
}

function sayIn(place, sentence) {
  let said = place.querySelector("p.note");
  if (!said) place.append((said = element("p", "quiet note")));
  said.textContent = sentence;
  said.hidden = !sentence;
}

function show() {
  paused.hidden = state.paused === null;
  paused.textContent = state.paused === null ? "" : fill(script.paused, { why: state.paused });
  const lines = state.on_their_way;
  const hidden = state.waiting + state.running - lines.length;
  const note = lines.length ? "" : script.none_on_their_way;
  sayIn(listIn("on-their-way", lines), hidden > 0 ? fill(script.more_wait, { count: hidden }) : note);
  listIn("could-not", state.could_not);
  document.getElementById("could-not-part").hidden = state.could_not.length === 0;
}

async function load() {
  try {
    state = await send("GET", "/api/queue");
    show();
  } catch (error) {
    paused.hidden = false;
    paused.textContent = error.message;
  }
}

function soon() {
  timer ??= setTimeout(() => {
    timer = undefined;
    load();
  }, 300);
}

function change({ clip, state: now, progress, stage }) {
  const line = state.on_their_way.find((one) => one.id === clip);
  if (!line || line.state !== now) return soon();
  Object.assign(line, { progress, stage });
  return show();
}

show();
follow(null, soon, change);
setInterval(() => document.hidden || load(), EVERY_MS);
