// Looks at a clip, or through a camera, before anything is sent: MediaPipe's own library and the
// lite landmark model run in this browser. Where it cannot, `openChecker` gives null.

import { hintsOf, theOne } from "/static/setup/judge.js";

const SIDE_PX = 640; // of the pictures that are looked at
const SEEK_MS = 5000;
const FIRST_S = 8; // of a clip that does not say how long it is
const EDGE = 0.15; // of a clip at both ends: who films alone walks to the mat and back
const SPARSE = 16; // one pixel of so many tells how bright it is
const LINES = [[11, 23], [12, 24], [23, 25], [25, 27], [27, 31], [24, 26], [26, 28], [28, 32], [0, 11]];

let opened = null;

/** The checker of this page, opened once; null where this browser has none. */
export function openChecker(given) {
  opened ??= load(given).catch(() => null);
  return opened;
}

async function load({ numbers }) {
  const { FilesetResolver, PoseLandmarker } = await import("/static/vendor/tasks-vision/vision_bundle.mjs");
  const files = await FilesetResolver.forVisionTasks("/static/vendor/tasks-vision");
  const landmarker = await PoseLandmarker.createFromOptions(files, {
    baseOptions: { modelAssetPath: "/static/vendor/model/lite.task", delegate: "CPU" },
    runningMode: "IMAGE",
    numPoses: 2,
  });
  return new Checker(landmarker, numbers);
}

class Checker {
  #landmarker;
  #numbers;

  constructor(landmarker, numbers) {
    this.#landmarker = landmarker;
    this.#numbers = numbers;
  }

  /** One look at what a video shows now; the picture that was looked at comes with it. */
  look(video) {
    const scale = Math.min(1, SIDE_PX / Math.max(video.videoWidth, video.videoHeight));
    const picture = document.createElement("canvas");
    picture.width = Math.round(scale * video.videoWidth);
    picture.height = Math.round(scale * video.videoHeight);
    const context = picture.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0, picture.width, picture.height);
    const { width, height } = picture;
    const { data } = context.getImageData(0, 0, width, height);
    let sum = 0, count = 0;
    for (let y = 0; y < height; y += SPARSE) {
      for (let x = 0; x < width; x += SPARSE) {
        const i = 4 * (y * width + x);
        sum += data[i] + data[i + 1] + data[i + 2];
        count += 3;
      }
    }
    const { landmarks } = this.#landmarker.detect(picture);
    const people = landmarks.map((one) => one.map((p) => ({ x: p.x * width, y: p.y * height })));
    return { people, width, height, brightness: sum / count / 255, picture };
  }

  hints(looks) {
    return hintsOf(looks, this.#numbers);
  }

  /** Draws who was seen, over what was looked at or over a preview. */
  draw(look, canvas, withPicture) {
    canvas.width = look.width;
    canvas.height = look.height;
    const context = canvas.getContext("2d");
    if (withPicture) context.drawImage(look.picture, 0, 0);
    const person = theOne(look, this.#numbers);
    if (!person) return;
    context.lineWidth = Math.max(2, look.width / 160);
    context.lineCap = "round";
    context.strokeStyle = "#ffb000";
    for (const [from, to] of LINES) {
      context.beginPath();
      context.moveTo(person[from].x, person[from].y);
      context.lineTo(person[to].x, person[to].y);
      context.stroke();
    }
  }

  /** The hints for a file, and one look to show; null where this browser cannot show the file. */
  async file(file) {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, preload: "auto" });
    const address = URL.createObjectURL(file);
    try {
      video.src = address;
      await once(video, "loadeddata");
      if (!video.videoWidth) return null;
      const looks = [], count = this.#numbers.looks;
      const long = Number.isFinite(video.duration) ? video.duration : FIRST_S;
      for (let i = 0; i < count; i += 1) {
        video.currentTime = long * (EDGE + ((1 - 2 * EDGE) * i) / (count - 1));
        await once(video, "seeked");
        looks.push(this.look(video));
      }
      const shown = looks.find((look) => look.people.length) ?? looks[0];
      return { hints: this.hints(looks), shown };
    } catch {
      return null;
    } finally {
      video.removeAttribute("src");
      URL.revokeObjectURL(address);
    }
  }
}

function once(video, event) {
  return new Promise((resolve, reject) => {
    const late = window.setTimeout(() => reject(new Error(event)), SEEK_MS);
    const over = (act) => (given) => {
      window.clearTimeout(late);
      act(given);
    };
    video.addEventListener(event, over(resolve), { once: true });
    video.addEventListener("error", over(reject), { once: true });
  });
}
