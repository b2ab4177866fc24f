// Which frame of a video is on the screen, and how another one gets there.

const QUIET_MS = 250; // after a seek, before the time is believed without a frame having been told

/** Plays a video; tells by an event `frame` which frame is on the screen. */
export class Player extends EventTarget {
  constructor(video, table) {
    super();
    this.video = video;
    this.table = table;
    this.shown = -1;
    this.wanted = null; // the frame that is asked for, while a seek is on its way
    this.going = null; // the frame that the browser seeks
    this.backwards = null;
    this.told = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
    video.addEventListener("seeked", () => this.#arrived());
    for (const name of ["play", "pause", "ended"]) video.addEventListener(name, () => this.#changed());
    video.addEventListener("pause", () => this.#rest());
    if (this.told) this.#listen();
    else video.addEventListener("play", () => this.#look());
    this.seek(0);
  }

  get playing() {
    return this.backwards !== null || !this.video.paused;
  }

  get rate() {
    return this.video.playbackRate;
  }

  set rate(rate) {
    this.video.playbackRate = rate;
    this.video.defaultPlaybackRate = rate;
    if (this.backwards) this.playBackwards();
    this.#changed();
  }

  /** The frame from which a step counts. */
  get current() {
    return this.wanted ?? Math.max(0, this.shown);
  }

  get t_s() {
    return this.table.t_s[Math.max(0, this.shown)];
  }

  play() {
    this.#stopBackwards();
    this.wanted = null;
    if (this.shown === this.table.count - 1) this.video.currentTime = 0;
    return this.video.play();
  }

  pause() {
    this.#stopBackwards();
    this.video.pause();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  step(by) {
    this.pause();
    this.seek(this.current + by);
  }

  /** Shows a frame; of several that are asked for quickly, the last. */
  seek(index) {
    this.wanted = this.table.clamped(index);
    if (this.going === null) this.#go();
  }

  /** Goes backwards frame by frame, which no browser does by itself. */
  playBackwards() {
    this.video.pause();
    this.#stopBackwards();
    const from = { t_s: this.table.t_s[this.current], ms: performance.now() };
    const back = () => {
      const t_s = from.t_s - ((performance.now() - from.ms) / 1000) * this.rate;
      if (this.going === null) this.seek(this.table.at(Math.max(0, t_s)));
      if (t_s <= 0) this.pause();
      else this.backwards = requestAnimationFrame(back);
    };
    this.backwards = requestAnimationFrame(back);
    this.#changed();
  }

  /** Stands in the middle of the frame at which it has stopped: the clock may be a little further. */
  #rest() {
    if (this.wanted === null) this.seek(this.table.at(this.video.currentTime));
  }

  #stopBackwards() {
    if (this.backwards === null) return;
    cancelAnimationFrame(this.backwards);
    this.backwards = null;
    this.#changed();
  }

  #listen() {
    // always one that waits, so that it was there before any seek
    this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      this.#listen();
      this.#show(this.table.at(mediaTime));
    });
  }

  #look() {
    this.#show(this.table.at(this.video.currentTime));
    if (!this.video.paused) requestAnimationFrame(() => this.#look());
  }

  #go() {
    this.going = this.wanted;
    clearTimeout(this.quiet);
    this.video.currentTime = this.table.middle(this.going, this.video.duration || 0);
  }

  #arrived() {
    const arrived = this.going;
    this.going = null;
    if (this.wanted !== null && this.wanted !== arrived) return this.#go();
    const believe = () => this.video.seeking || this.#show(this.table.at(this.video.currentTime));
    if (!this.told) return believe();
    // a browser that shows this frame already has nothing to tell
    if (this.video.paused) this.quiet = setTimeout(believe, QUIET_MS);
    return undefined;
  }

  #show(index) {
    if (this.going === null) this.wanted = null;
    if (index === this.shown) return;
    this.shown = index;
    this.dispatchEvent(new Event("frame"));
  }

  #changed() {
    this.dispatchEvent(new Event("playing"));
  }
}
