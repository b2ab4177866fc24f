// Records a clip with the camera of this computer, with a preview; nothing leaves before "send".

import { made } from "/static/made.js";
import { watch } from "/static/setup/before_sending.js";

const CHECK_MS = 500;
const TYPES = ["video/mp4;codecs=avc1", "video/webm;codecs=vp9", "video/webm"];

/** The button that opens the recorder, in a list; none where the browser cannot record. */
export function recordButton(words, add) {
  if (!navigator.mediaDevices || !window.MediaRecorder) return [];
  const open = button(words.record, "plain");
  open.addEventListener("click", () => record(words, add, open));
  return [open];
}

async function record(words, add, opener) {
  const video = made("video", { muted: true, playsInline: true });
  const drawn = made("canvas", { ariaHidden: "true" });
  const said = made("p", { role: "status" });
  const start = button(words.start), cancel = button(words.cancel, "plain");
  const dialog = made("dialog", { className: "recorder", ariaLabel: words.record },
    made("div", { className: "preview" }, video, drawn), said,
    made("div", { className: "actions" }, start, cancel));
  document.body.append(dialog);
  dialog.showModal();
  let stream = null, recorder = null, timer = 0, unwatch = () => {};
  dialog.addEventListener("close", () => {
    window.clearInterval(timer);
    unwatch();
    for (const track of stream?.getTracks() ?? []) track.stop();
    dialog.remove();
    opener.focus();
  });
  cancel.addEventListener("click", () => dialog.close());
  try {
    const wanted = {
      width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 },
      facingMode: { ideal: "environment" },
    };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  } catch (error) {
    said.textContent = words.no_camera.replace("{why}", error.message);
    start.disabled = true;
    return;
  }
  video.srcObject = stream;
  await video.play();
  unwatch = watch(video, drawn, said);
  start.addEventListener("click", () => {
    if (recorder) {
      recorder.stop();
      return;
    }
    unwatch();
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const pieces = [], began = performance.now();
    recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 4_000_000 });
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      const type = recorder.mimeType || "video/webm";
      const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
      const name = `recording-${stamp}.${type.includes("mp4") ? "mp4" : "webm"}`;
      add(new File(pieces, name, { type, lastModified: Date.now() }));
      dialog.close();
    });
    recorder.start();
    start.textContent = words.stop;
    timer = window.setInterval(() => {
      const seconds = Math.floor((performance.now() - began) / 1000);
      said.textContent = words.recording.replace("{seconds}", seconds);
    }, CHECK_MS);
  });
}

function button(text, className = "") {
  return made("button", { type: "button", className }, text);
}
