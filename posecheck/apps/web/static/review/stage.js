// The picture: the video as large as its place allows, zoomed and moved, and what is drawn over it.

import { gestures } from "./gestures.js";

const ZOOM_MAX = 8;
const ZOOM_STEP = 1.5;
const CLICK_PX = 5;

/**
 * `layers` draw in order whenever something changed: `draw(context, stage)`, with `stage.toPlace`
 * from pixels of the clip to those of the screen, and `stage.unit` for the size of strokes.
 */
export class Stage extends EventTarget {
  constructor(place, size, video) {
    super();
    this.place = place;
    this.size = size;
    this.video = video;
    this.layers = [];
    this.zoom = 1;
    this.middle = [size[0] / 2, size[1] / 2]; // of what is seen, in pixels of the clip
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    place.append(this.canvas);
    this.context = this.canvas.getContext("2d");
    place.style.setProperty("--shape", `${size[0]} / ${size[1]}`);
    // while it seeks there is no picture to draw, and the frame it comes to may be the one before
    for (const event of ["seeked", "loadeddata"]) video?.addEventListener(event, () => this.changed());
    new ResizeObserver(() => this.changed()).observe(place);
    gestures(place, {
      drag: {
        begin: (event) => this.#begin(event),
        move: (event) => this.#move(event),
        end: (event, moved_px) => {
          if (event.type === "pointerup" && moved_px < CLICK_PX) this.dispatchEvent(new Event("click"));
        },
      },
      zoom: (factor, x, y) => this.zoomBy(factor, x, y),
      wheel: (event) => event.ctrlKey || event.metaKey || this.zoom > 1,
    });
  }

  /** Screen pixels for one of the clip. */
  get scale() {
    const { clientWidth, clientHeight } = this.place;
    return Math.min(clientWidth / this.size[0], clientHeight / this.size[1]) * this.zoom;
  }

  /** What strokes and letters are measured in: small on a phone, never tiny. */
  get unit() {
    return Math.max(0.75, Math.min(1.25, this.place.clientWidth / 640));
  }

  toPlace([x, y]) {
    const { clientWidth, clientHeight } = this.place;
    const scale = this.scale;
    return [
      (x - this.middle[0]) * scale + clientWidth / 2, (y - this.middle[1]) * scale + clientHeight / 2,
    ];
  }

  toPicture([x, y]) {
    const { clientWidth, clientHeight } = this.place;
    const scale = this.scale;
    return [
      (x - clientWidth / 2) / scale + this.middle[0], (y - clientHeight / 2) / scale + this.middle[1],
    ];
  }

  /** Zooms about a point of the place; gives false where nothing changes. */
  zoomBy(factor, x = this.place.clientWidth / 2, y = this.place.clientHeight / 2) {
    const zoom = Math.max(1, Math.min(ZOOM_MAX, this.zoom * factor));
    if (zoom === this.zoom) return false;
    const fixed = this.toPicture([x, y]);
    this.zoom = zoom;
    const now = this.toPicture([x, y]);
    this.#look([this.middle[0] + fixed[0] - now[0], this.middle[1] + fixed[1] - now[1]]);
    this.dispatchEvent(new Event("zoom"));
    return true;
  }

  zoomIn() {
    this.zoomBy(ZOOM_STEP);
  }

  zoomOut() {
    this.zoomBy(1 / ZOOM_STEP);
  }

  /** Two and a half times as large about a point of the clip, and back. */
  toggleZoom(about) {
    if (this.zoom > 1) return this.zoomBy(1 / ZOOM_MAX);
    this.zoom = 2.5;
    this.#look(about ?? this.middle);
    this.dispatchEvent(new Event("zoom"));
    return true;
  }

  pan(dx, dy) {
    const scale = this.scale;
    this.#look([this.middle[0] - dx / scale, this.middle[1] - dy / scale]);
  }

  /** Has all be drawn at the next occasion. */
  changed() {
    this.pending ??= requestAnimationFrame(() => this.draw());
  }

  /** Draws at once: with the frame that has just come, not after it. */
  draw() {
    cancelAnimationFrame(this.pending);
    this.pending = undefined;
    const { clientWidth, clientHeight } = this.place;
    const fine = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * fine), Math.round(clientHeight * fine)];
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.#placeVideo();
    this.context.setTransform(fine, 0, 0, fine, 0, 0);
    this.context.clearRect(0, 0, clientWidth, clientHeight);
    for (const layer of this.layers) layer.draw(this.context, this);
    this.dispatchEvent(new Event("drawn"));
  }

  #placeVideo() {
    if (!this.video) return;
    const [left, top] = this.toPlace([0, 0]);
    const scale = this.scale;
    this.video.style.width = `${this.size[0]}px`;
    this.video.style.height = `${this.size[1]}px`;
    this.video.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
  }

  #look(middle) {
    const { clientWidth, clientHeight } = this.place;
    const scale = this.scale;
    const seen = [clientWidth / scale, clientHeight / scale];
    this.middle = middle.map((value, i) => {
      const half = seen[i] / 2;
      if (2 * half >= this.size[i]) return this.size[i] / 2;
      return Math.max(half, Math.min(this.size[i] - half, value));
    });
    this.place.classList.toggle("zoomed", this.zoom > 1);
    this.changed();
  }

  #begin(event) {
    if (event.target.closest("button")) return false;
    this.from = [event.clientX, event.clientY];
    return true;
  }

  #move(event) {
    const [x, y] = this.from;
    this.from = [event.clientX, event.clientY];
    if (this.zoom > 1) this.pan(event.clientX - x, event.clientY - y);
  }
}
