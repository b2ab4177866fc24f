// The check of the camera's place on a page: of a file before it is sent, of a camera while it is
// put up, and of what the room has seen where this browser could not look.

import { send } from "/static/forms.js";
import { made } from "/static/made.js";
import { openChecker } from "/static/setup/checker.js";

const LOOK_MS = 300;
const KEPT = 5; // looks of a camera that are judged together
const setup = JSON.parse(document.getElementById("setup-check").textContent);

let last = Promise.resolve(); // one file after the other: phones have little memory

/** The hints for a file and a picture of it; null where this browser cannot look. */
export async function lookBefore(file, status) {
  status.textContent = setup.words.looking;
  const mine = last.then(async () => {
    const checker = await openChecker(setup);
    return checker && checker.file(file);
  });
  last = mine.catch(() => null);
  return last;
}

/** Shows what was seen in a file: who, and what to change. */
export async function showSeen(line, { hints, shown }) {
  const picture = made("canvas", { className: "seen", role: "img", ariaLabel: setup.words.picture });
  (await openChecker(setup)).draw(shown, picture, true);
  line.append(picture, told(hints));
}

/** Shows what the room has seen in the first seconds of a clip that it has. */
export async function toldAfter(line, clip) {
  try {
    line.append(told((await send("GET", `${setup.place}/${clip}/setup`)).hints));
  } catch {
    // the report will say it
  }
}

/** Says what to change while a camera is put up; returns how to stop that. */
export function watch(video, canvas, said) {
  let looks = [], timer = 0, over = false;
  openChecker(setup).then((checker) => {
    if (!checker || over) return;
    timer = window.setInterval(() => {
      const look = checker.look(video);
      looks = [...looks, look].slice(-KEPT);
      checker.draw(look, canvas, false);
      const [hint] = checker.hints(looks);
      const text = hint ? setup.hints[hint] : setup.words.ready;
      if (looks.length === KEPT && said.textContent !== text) said.textContent = text;
    }, LOOK_MS);
  });
  return () => {
    over = true;
    window.clearInterval(timer);
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  };
}

function told(hints) {
  const box = made("div", { className: hints.length ? "setup doubtful" : "setup" });
  box.setAttribute("role", "status");
  if (!hints.length) box.append(made("p", {}, setup.words.good));
  else {
    box.append(made("p", {}, setup.words.doubtful),
      made("ul", {}, ...hints.map((hint) => made("li", {}, setup.hints[hint]))));
  }
  return box;
}
