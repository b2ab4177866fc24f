// Two clips that go together: one leads, the other is kept beside it, frame by frame.
//
// Their common time begins where each reaches its point of tension. The one that leads is whichever
// has pictures at that time, the first before the second.

const FAR_S = 0.4; // apart: it jumps
const NEAR_S = 0.008; // apart: nothing is done
const HASTE = 1.5; // how much faster or slower, a second apart
const HASTE_MOST = 0.2;

/** A clip of two: its player, and where its common time begins. */
export class Side {
  constructor(state) {
    this.state = state;
    this.player = state.player;
    this.table = state.table;
    this.nudge = 0; // frames
    const { report } = state.data;
    this.aligned = report.tension !== null;
    this.start = this.table.nearest(report.tension?.start_s ?? 0);
  }

  /** Where the common time begins, in seconds of this clip: at one of its frames. */
  get zero_s() {
    return this.table.t_s[this.table.clamped(this.start + this.nudge)] ?? 0;
  }

  get tau() {
    return this.player.t_s - this.zero_s;
  }

  /** The common time at this very moment, between frames too. */
  get exact() {
    const { video } = this.player;
    return video ? video.currentTime - this.zero_s : this.tau;
  }

  get range() {
    return [(this.table.t_s[0] ?? 0) - this.zero_s, (this.table.t_s.at(-1) ?? 0) - this.zero_s];
  }

  has(tau) {
    const [first, last] = this.range;
    return tau >= first - 1e-6 && tau < last - 1e-6;
  }

  frameAt(tau) {
    return this.table.at(tau + this.zero_s);
  }
}

/** Does for both what a `Player` does for one. */
export class Pair extends EventTarget {
  constructor(sides) {
    super();
    this.sides = sides;
    this.speed = 1;
    this.direction = 0;
    this.tau = 0;
    for (const side of sides) side.state.addEventListener("frame", () => this.#frame(side));
  }

  get leader() {
    return this.sides.find((side) => side.has(this.tau)) ?? this.sides[0];
  }

  get playing() {
    return this.direction !== 0;
  }

  get backwards() {
    return this.direction < 0 ? true : null;
  }

  get rate() {
    return this.speed;
  }

  set rate(rate) {
    this.speed = rate;
    for (const side of this.sides) side.player.rate = rate;
    this.#tell("playing");
  }

  get range() {
    const ranges = this.sides.map((side) => side.range);
    return [Math.min(...ranges.map(([first]) => first)), Math.max(...ranges.map(([, last]) => last))];
  }

  /** Shows a common time in both; where one has no picture, its first or last. */
  seek(tau) {
    const [first, last] = this.range;
    this.tau = Math.max(first, Math.min(last, tau));
    for (const side of this.sides) side.player.seek(side.frameAt(this.tau));
    this.#tell("time");
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    this.#stop();
    if (this.tau >= this.range[1] - 1e-3) this.seek(this.range[0]);
    this.direction = 1;
    this.#tell("playing");
    this.#run();
  }

  playBackwards() {
    this.#stop();
    this.direction = -1;
    this.leader.player.playBackwards();
    this.#tell("playing");
  }

  pause() {
    if (!this.playing) return;
    const { leader } = this;
    this.#stop();
    this.seek(leader.tau);
    this.#tell("playing");
  }

  step(by) {
    this.#stop();
    this.#tell("playing");
    if (!Number.isFinite(by)) return this.seek(this.range[by > 0 ? 1 : 0]);
    const { leader } = this;
    const next = leader.table.clamped(leader.frameAt(this.tau) + by);
    return this.seek(leader.table.t_s[next] - leader.zero_s);
  }

  /** Moves the second clip against the first by frames. */
  nudge(by) {
    const { tau } = this;
    this.sides[1].nudge += by;
    this.seek(tau);
    this.#tell("nudged");
  }

  #stop() {
    this.direction = 0;
    cancelAnimationFrame(this.timer);
    for (const side of this.sides) {
      side.player.pause();
      side.player.rate = this.speed;
    }
  }

  #frame(side) {
    if (!this.playing || side !== this.leader) return;
    this.tau = side.tau;
    if (this.direction < 0) {
      for (const other of this.sides) if (other !== side) other.player.seek(other.frameAt(this.tau));
      if (side.player.shown === 0) this.pause();
    }
    this.#tell("time");
  }

  /** Once a picture of the screen: who has pictures plays, and who is apart comes nearer. */
  #run() {
    const { leader } = this;
    if (!leader.player.playing && leader.has(this.tau)) this.#begin(leader);
    for (const side of this.sides) if (side !== leader) this.#keepBeside(side, leader);
    if (leader.player.shown === leader.table.count - 1) {
      const other = this.sides.find((side) => side !== leader);
      this.tau = leader.range[1];
      if (!other.has(this.tau)) return this.pause();
    }
    this.timer = requestAnimationFrame(() => this.#run());
    return undefined;
  }

  #begin(side) {
    side.player.play()?.catch?.(() => this.pause());
  }

  #keepBeside(side, leader) {
    const { player } = side;
    const tau = leader.player.playing ? leader.exact : this.tau;
    if (!side.has(tau)) {
      if (player.playing) player.pause();
      const end = side.frameAt(tau);
      if (player.current !== end) player.seek(end);
      return;
    }
    if (!player.video) return player.seek(side.frameAt(tau));
    if (!player.playing) return this.#begin(side);
    const apart = side.exact - tau;
    if (Math.abs(apart) > FAR_S) player.video.currentTime = tau + side.zero_s;
    const haste = Math.max(-HASTE_MOST, Math.min(HASTE_MOST, -HASTE * apart));
    const rate = this.speed * (1 + (Math.abs(apart) > NEAR_S ? haste : 0));
    if (Math.abs(player.video.playbackRate - rate) > 0.004) player.video.playbackRate = rate;
    return undefined;
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}
