// The face made unreadable: the frame is drawn here, its face in a few large squares of its means.
//
// While this is on, the video itself is not shown, so no frame is ever seen without it. Where the
// head is not known it is guessed from the trunk, else from the side on which the legs are not;
// where nothing is known, the whole picture is covered.

const CELLS = 6; // across a face: far fewer than anybody is known by
const NEAR_S = 1.5; // so long a head is where it was before and will be after
const LEAST_SHARE = 0.05; // of the picture's larger side
const OF_NECK = 1.15; // how far a head reaches, in lengths from the shoulders to the ear
const OF_TRUNK = 0.42; // the same in lengths of the trunk

const known = (point) => Array.isArray(point) && point[0] !== null && point[1] !== null;
const between = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** Draws the frame with the face covered. */
export class FaceBlur {
  constructor(state, size) {
    this.state = state;
    this.size = size;
    this.on = false;
    this.small = document.createElement("canvas");
    this.cells = this.small.getContext("2d");
  }

  draw(context, stage) {
    const { video } = stage;
    if (video) video.classList.toggle("hidden", this.on);
    if (!this.on || !video || video.readyState < 2) return;
    const scale = stage.scale;
    const [left, top] = stage.toPlace([0, 0]);
    const [width, height] = [this.size[0] * scale, this.size[1] * scale];
    context.drawImage(video, left, top, width, height);
    for (const row of this.state.rows_on_screen) {
      for (const part of this.partsAt(row)) this.#cover(context, stage, part);
    }
  }

  /** What is covered in a frame: discs `{x, y, r}`, or boxes `{x, y, width, height}`. */
  partsAt(row) {
    const all = [{ x: 0, y: 0, width: this.size[0], height: this.size[1] }];
    const { points, series } = this.state.data ?? {};
    if (!points || row < 0) return all;
    const now = this.#discAt(points, row);
    if (now) return [now];
    const near = [-1, 1].map((step) => this.#nearest(points, series.t_s, row, step)).filter(Boolean);
    if (near.length) return [...near, ...joined(near)];
    return [this.#sideWithoutLegs(points, row) ?? all[0]];
  }

  #nearest(points, t_s, row, step) {
    for (let i = row + step; i >= 0 && i < t_s.length; i += step) {
      if (Math.abs(t_s[i] - t_s[row]) > NEAR_S) return null;
      const disc = this.#discAt(points, i);
      if (disc) return { ...disc, r: disc.r * 1.3 };
    }
    return null;
  }

  #discAt(points, row) {
    const [shoulders, ear] = points.trunk_px?.[row] ?? [];
    const hip = points.working_px?.[row]?.[0];
    if (!known(shoulders)) return known(ear) ? { x: ear[0], y: ear[1], r: 0.15 * Math.max(...this.size) } : null;
    const trunk = known(hip) ? between(hip, shoulders) : 0;
    const least = Math.max(LEAST_SHARE * Math.max(...this.size), OF_TRUNK * trunk);
    if (known(ear)) {
      const neck = between(shoulders, ear);
      // a little beyond the ear lies the middle of the head
      const x = ear[0] + 0.2 * (ear[0] - shoulders[0]);
      const y = ear[1] + 0.2 * (ear[1] - shoulders[1]);
      return { x, y, r: Math.max(least, OF_NECK * neck) };
    }
    if (!trunk) return null;
    const on = 0.4;
    return {
      x: shoulders[0] + on * (shoulders[0] - hip[0]), y: shoulders[1] + on * (shoulders[1] - hip[1]),
      r: 1.6 * least,
    };
  }

  #sideWithoutLegs(points, row) {
    const [width, height] = this.size;
    const leg = [points.resting_px?.[row], points.working_px?.[row]].find((one) => one && known(one[0]) && known(one[2]));
    if (!leg) return null;
    const [hip, , ankle] = leg;
    if (Math.abs(hip[0] - ankle[0]) < Math.abs(hip[1] - ankle[1])) {
      return ankle[1] > hip[1] ? { x: 0, y: 0, width, height: hip[1] } : { x: 0, y: hip[1], width, height: height - hip[1] };
    }
    return ankle[0] > hip[0] ? { x: 0, y: 0, width: hip[0], height } : { x: hip[0], y: 0, width: width - hip[0], height };
  }

  #cover(context, stage, part) {
    const box = part.r === undefined ? part : { x: part.x - part.r, y: part.y - part.r, width: 2 * part.r, height: 2 * part.r };
    const x = Math.max(0, box.x);
    const y = Math.max(0, box.y);
    const width = Math.min(this.size[0], box.x + box.width) - x;
    const height = Math.min(this.size[1], box.y + box.height) - y;
    if (width <= 0 || height <= 0) return;
    const { video } = stage;
    const fine = video.videoWidth / this.size[0]; // the copy may be smaller than the clip
    this.small.width = CELLS;
    this.small.height = CELLS;
    this.cells.imageSmoothingQuality = "high";
    this.cells.drawImage(video, x * fine, y * fine, width * fine, height * fine, 0, 0, CELLS, CELLS);
    const [left, top] = stage.toPlace([x, y]);
    context.save();
    context.beginPath();
    if (part.r !== undefined) context.arc(...stage.toPlace([part.x, part.y]), part.r * stage.scale, 0, 2 * Math.PI);
    else context.rect(left, top, width * stage.scale, height * stage.scale);
    context.clip();
    context.drawImage(this.small, left, top, width * stage.scale, height * stage.scale);
    context.restore();
  }
}

/** What lies between two discs: a head that moved from one to the other was there too. */
function joined([a, b]) {
  if (!b) return [];
  const steps = Math.ceil(between([a.x, a.y], [b.x, b.y]) / Math.min(a.r, b.r));
  return Array.from({ length: Math.max(0, steps - 1) }, (_, i) => {
    const share = (i + 1) / steps;
    return { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y), r: Math.max(a.r, b.r) };
  });
}
