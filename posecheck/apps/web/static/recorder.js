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
  const start = Object.assign(button(words.start), { disabled: true }); // until there is a picture
  const cancel = button(words.cancel, "plain");
  const dialog = made("dialog", { className: "recorder", ariaLabel: words.record },
    made("div", { className: "preview" }, video, drawn), said,
    made("div", { className: "actions" }, start, cancel));
  document.body.append(dialog);
  dialog.showModal();
  let stream = null, recorder = null, began = 0, timer = 0, unwatch = () => {};
  dialog.addEventListener("close", () => {
    window.clearInterval(timer);
    unwatch();
    stop(stream);
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
    if (!dialog.open) return stop(stream); // it was closed while the camera was asked for
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    said.textContent = words.no_camera.replace("{why}", error.message);
    return undefined;
  }
  if (!dialog.open) return undefined;
  unwatch = watch(video, drawn, said);
  start.disabled = false;
  start.addEventListener("click", () => {
    if (recorder) {
      const isTwice = performance.now() - began < CHECK_MS; // a double click began it
      if (recorder.state === "recording" && !isTwice) recorder.stop();
      return;
    }
    unwatch();
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const pieces = [];
    began = performance.now();
    recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 4_000_000 });
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      if (!dialog.open) return; // cancelled: that ends the camera, and so the recording
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
  return undefined;
}

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function button(text, className = "") {
  return made("button", { type: "button", className }, text);
}
