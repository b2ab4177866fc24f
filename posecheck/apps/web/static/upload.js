// The uploader of a page: chosen, dropped or recorded clips, several at once.
//
// attachUploader(element, { endpoint, said }): `said()` returns what is said of the next clip, such
// as { patient: 3, symptoms_before: 4 }. An element with data-uploader is attached by itself.

import { made } from "/static/made.js";
import { recordButton } from "/static/recorder.js";
import { lookBefore, showSeen, toldAfter } from "/static/setup/before_sending.js";
import { Upload } from "/static/tus.js";

const AT_ONCE = 2;
const TWICE_MS = 600; // in which a second click is one with the first

export function uploadWords() {
  return JSON.parse(document.getElementById("upload-words").textContent);
}

export function attachUploader(element, { endpoint, said = () => ({}) }) {
  const words = uploadWords();
  const uploads = [];
  const list = made("ul", { className: "uploads" });
  const heard = made("p", { className: "unheard" });
  heard.setAttribute("aria-live", "polite");

  function next() {
    const active = uploads.filter((one) => one.state === "active").length;
    const waiting = uploads.filter((one) => one.state === "queued");
    for (const one of waiting.slice(0, Math.max(0, AT_ONCE - active))) {
      one.state = "active";
      one.upload.start();
    }
  }

  function add(file) {
    const one = { state: "looked_at" };
    const status = made("span", { className: "quiet", textContent: words.queued });
    const bar = made("progress", { max: 1, value: 0, ariaLabel: file.name });
    const toggle = made("button", { type: "button", className: "plain", textContent: words.pause });
    const remove = made("button", { type: "button", className: "plain", textContent: words.remove });
    for (const button of [toggle, remove]) button.setAttribute("aria-label", `${button.textContent}: ${file.name}`);
    const line = made("li", {}, made("strong", { textContent: file.name }), " ", status, bar,
      made("div", { className: "actions" }, toggle, remove));
    list.append(line);

    function label(text) {
      toggle.textContent = text;
      toggle.setAttribute("aria-label", `${text}: ${file.name}`);
    }

    /** Hides a button; who is on it is not left nowhere. */
    function hide(one, hidden) {
      const held = document.activeElement === one;
      one.hidden = hidden;
      if (hidden && held) choose.focus();
    }

    function tell({ state, share, why, clip }) {
      const percent = Math.floor(100 * share);
      bar.value = share;
      const text = words[state].replace("{percent}", percent).replace("{why}", why ?? "");
      if (status.textContent !== text) status.textContent = text;
      line.dataset.state = state;
      hide(toggle, state === "checking");
      if (state === "paused") one.state = "paused";
      if (state === "sent" || state === "refused") {
        one.state = state;
        hide(toggle, true);
        hide(remove, state === "sent"); // it would not bring the clip back
        bar.hidden = true;
        heard.textContent = `${file.name}: ${text}`;
        if (one.unseen && clip) toldAfter(line, clip);
        element.dispatchEvent(new CustomEvent("upload", { detail: { state, clip, why }, bubbles: true }));
      }
      if (one.state !== "active") next();
    }

    one.upload = new Upload(file, { endpoint, said, tell });
    const isTwice = (event) => event.timeStamp - one.sent_ms < TWICE_MS; // buttons have moved there
    toggle.addEventListener("click", (event) => {
      if (isTwice(event)) return;
      if (one.state === "active") {
        one.upload.pause();
        label(words.go_on);
      } else {
        one.state = "queued";
        label(words.pause);
        next();
      }
    });
    remove.addEventListener("click", (event) => {
      if (isTwice(event)) return;
      one.upload.remove();
      uploads.splice(uploads.indexOf(one), 1);
      line.remove();
      choose.focus();
      next();
    });
    async function look() {
      const seen = await lookBefore(file, status);
      if (!uploads.includes(one)) return; // it was removed meanwhile
      one.unseen = seen === null;
      if (seen) showSeen(line, seen);
      if (!seen?.hints.length) {
        send();
        return;
      }
      status.textContent = "";
      const anyway = made("button", { type: "button", className: "plain", textContent: words.anyway });
      anyway.setAttribute("aria-label", `${words.anyway}: ${file.name}`);
      anyway.addEventListener("click", (event) => {
        one.sent_ms = event.timeStamp;
        anyway.remove();
        send();
        toggle.focus();
      });
      toggle.before(anyway);
      line.dataset.state = "doubtful";
    }

    function send() {
      [one.state, toggle.hidden] = ["queued", false];
      status.textContent = words.queued;
      next();
    }

    toggle.hidden = true;
    uploads.push(one);
    look();
  }

  function picker(properties) {
    const input = made("input", { type: "file", accept: "video/*", hidden: true, ...properties });
    input.addEventListener("change", () => {
      for (const file of input.files) add(file);
      input.value = "";
    });
    return input;
  }

  function button(text, act) {
    const one = made("button", { type: "button", textContent: text });
    one.addEventListener("click", act);
    return one;
  }

  const files = picker({ multiple: true });
  const camera = picker({});
  camera.setAttribute("capture", "environment");
  const choose = button(words.choose, () => files.click());
  const touch = window.matchMedia("(pointer: coarse)").matches;
  const buttons = made("div", { className: "actions" }, choose);
  if (touch) buttons.append(button(words.camera, () => camera.click()));
  buttons.append(...recordButton(words, add));
  const area = made("div", { className: "drop panel" }, buttons);
  if (!touch) area.append(made("p", { className: "quiet", textContent: words.drop }));
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    for (const file of event.dataTransfer.files) add(file);
  });
  element.append(area, files, camera, list, heard);
  window.addEventListener("beforeunload", (event) => {
    const isOver = ({ state }) => state === "sent" || state === "refused";
    if (!uploads.every(isOver)) event.preventDefault();
  });
}

for (const element of document.querySelectorAll("[data-uploader]")) {
  const { endpoint, patient } = element.dataset;
  attachUploader(element, { endpoint, said: () => ({ patient }) });
}
