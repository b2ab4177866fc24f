// A clip of which only the report is here: a clock that goes through the times of its frames.

/** Does what a `Player` does, without pictures. */
export class SilentPlayer extends EventTarget {
  constructor(table) {
    super();
    this.table = table;
    this.shown = 0;
    this.speed = 1;
    this.direction = 0;
    this.video = null;
  }

  get playing() {
    return this.direction !== 0;
  }

  get rate() {
    return this.speed;
  }

  set rate(rate) {
    this.speed = rate;
    if (this.direction) this.#start(this.direction);
    this.dispatchEvent(new Event("playing"));
  }

  get current() {
    return this.shown;
  }

  get t_s() {
    return this.table.t_s[this.shown];
  }

  play() {
    if (this.shown === this.table.count - 1) this.seek(0);
    this.#start(1);
  }

  playBackwards() {
    this.#start(-1);
  }

  pause() {
    cancelAnimationFrame(this.timer);
    this.direction = 0;
    this.dispatchEvent(new Event("playing"));
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  step(by) {
    this.pause();
    this.seek(this.shown + by);
  }

  seek(index) {
    const shown = this.table.clamped(index);
    if (shown === this.shown) return;
    this.shown = shown;
    this.dispatchEvent(new Event("frame"));
  }

  #start(direction) {
    this.pause();
    this.direction = direction;
    const from = { t_s: this.t_s, ms: performance.now() };
    const tick = () => {
      const gone_s = ((performance.now() - from.ms) / 1000) * this.speed * direction;
      const shown = this.table.at(from.t_s + gone_s);
      this.seek(shown);
      if (shown === (direction > 0 ? this.table.count - 1 : 0)) this.pause();
      else this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
    this.dispatchEvent(new Event("playing"));
  }
}
