// Playing, stepping, speed, zoom and what is drawn: the buttons under the picture, and the keys.

import { byId } from "./dom.js";
import { listenToKeys } from "./keys.js";
import { clock, say } from "./words.js";

const RATES = [0.25, 0.5, 1, 1.5, 2];
const FAST = 10; // frames, with Shift

/** Remembers a choice in this browser. */
export const remembered = {
  get: (name) => localStorage.getItem(`posecheck.${name}`),
  set: (name, value) => localStorage.setItem(`posecheck.${name}`, value),
};

/** The speed that follows when a key is pressed once more. */
function faster(player, backwards) {
  const same = player.playing && (player.backwards !== null && player.backwards !== undefined) === backwards;
  return same ? RATES[Math.min(RATES.length - 1, RATES.indexOf(player.rate) + 1)] : player.rate;
}

export function playOn(player) {
  player.rate = faster(player, false);
  player.play();
}

export function playBack(player) {
  player.rate = faster(player, true);
  player.playBackwards();
}

/** What the keys for time do, for a player or two that go together. */
export function timeKeys(player) {
  return {
    " ": () => player.toggle(),
    k: () => player.pause(),
    l: () => playOn(player),
    j: () => playBack(player),
    ArrowLeft: () => player.step(-1),
    ArrowRight: () => player.step(1),
    ",": () => player.step(-1),
    ".": () => player.step(1),
    "Shift+ArrowLeft": () => player.step(-FAST),
    "Shift+ArrowRight": () => player.step(FAST),
    Home: () => player.step(-Infinity),
    End: () => player.step(Infinity),
  };
}

/** Has the buttons of a page do what the keys of the same name do. */
export function bindTime(player) {
  const acts = {
    first: () => player.step(-Infinity), last: () => player.step(Infinity),
    "back-ten": () => player.step(-FAST), "on-ten": () => player.step(FAST),
    back: () => player.step(-1), on: () => player.step(1),
    play: () => player.toggle(), reverse: () => playBack(player),
  };
  for (const [id, act] of Object.entries(acts)) byId(id).addEventListener("click", act);
  const rate = byId("rate");
  rate.value = "1";
  rate.addEventListener("change", () => (player.rate = Number(rate.value)));
  player.addEventListener("playing", () => {
    rate.value = String(player.rate);
    byId("play").textContent = player.playing ? "❚❚" : "▶";
    byId("play").setAttribute("aria-label", say(player.playing ? "pause" : "play"));
    byId("play").title = say(player.playing ? "pause" : "play");
  });
}

/** A button that is on or off, and remembers it. */
export function toggleButton(id, start, change) {
  const element = byId(id);
  const set = (on) => {
    element.setAttribute("aria-pressed", String(on));
    remembered.set(id, on ? "1" : "0");
    change(on);
  };
  const before = remembered.get(id);
  set(before === null ? start : before === "1");
  const toggle = () => set(element.getAttribute("aria-pressed") !== "true");
  element.addEventListener("click", toggle);
  return toggle;
}

/** Shows the keys, in a dialog that any key closes which closes dialogs. */
export function showKeys() {
  byId("keys-dialog").showModal();
}

export function timeReadout(state) {
  const { table, player } = state;
  const index = Math.max(0, player.shown);
  return say("at_frame", { time: clock(table.t_s[index] ?? 0), frame: index + 1, count: table.count });
}

export { listenToKeys };
