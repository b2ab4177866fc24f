// What the page knows of one clip: its report as it stands, its frames, and what is chosen.

import { send } from "../forms.js";
import { FrameTable } from "./frame_table.js";
import { Player } from "./frames.js";
import { SilentPlayer } from "./silent.js";

/** A clip; tells by `data`, `frame`, `playing` and `chosen` what has changed. */
export class ClipState extends EventTarget {
  constructor(id, view) {
    super();
    this.id = id;
    this.address = `/api/clips/${id}/review?view=${view}`; // the page is in the log already
    this.data = null;
    this.chosen = null; // the key of a mark
    this.span = null; // {start_s, end_s} that somebody has marked
  }

  /** Asks for all that is known, and has it in a video if there is a copy; `take` shows it. */
  async load(video) {
    const frames = video ? send("GET", `/api/clips/${this.id}/frames.json`).catch(() => null) : null;
    this.#keep(await send("GET", this.address));
    const table = new FrameTable((await frames)?.t_s ?? this.data.series.t_s);
    const plays = video !== null && (await frames) !== null && table.count > 0;
    if (plays) video.src = `/api/clips/${this.id}/review.mp4`;
    this.table = table;
    this.player = plays ? new Player(video, table) : new SilentPlayer(table);
    for (const name of ["frame", "playing"]) {
      this.player.addEventListener(name, () => this.#tell(name));
    }
    return plays;
  }

  /** Has the newest report in the place of the older one. */
  take(data) {
    this.#keep(data);
    if (this.chosen && this.chosen !== "span" && !this.markOf(this.chosen)) this.chosen = null;
    this.#tell("data");
  }

  async refresh() {
    this.take(await send("GET", this.address));
  }

  /** The moment of the frame that is on the screen. */
  get t_s() {
    return this.player && this.player.shown >= 0 ? this.player.t_s : 0;
  }

  /** The row of the series that belongs to this frame; -1 where there is none yet. */
  get row() {
    if (!this.player || this.player.shown < 0 || this.rows.count === 0) return -1;
    const same = this.rows.count === this.table.count;
    return same ? this.player.shown : this.rows.nearest(this.t_s);
  }

  /** The rows of all frames that may be on the screen: also the one that has come and was not told. */
  get rows_on_screen() {
    const { row, table, player } = this;
    if (row < 0 || !player.video) return [row];
    const now = table.at(player.video.currentTime);
    const other = this.rows.count === table.count ? now : this.rows.nearest(table.t_s[now]);
    return other === row ? [row] : [row, other];
  }

  seek(t_s) {
    this.player.seek(this.table.nearest(t_s));
  }

  /** Goes to the frame in which something begins: not to the one before it. */
  jump(t_s) {
    this.player.pause();
    this.seek(t_s);
  }

  choose(key) {
    this.chosen = key;
    this.#tell("chosen");
  }

  /** Marks a span, or none. */
  markSpan(span) {
    this.span = span;
    this.chosen = span ? "span" : null;
    this.#tell("chosen");
  }

  /** What has two ends in the chart: points of tension, repetitions, and a marked span. */
  get marks() {
    const { sets, reps } = this.data.report;
    const tensions = sets.filter((one) => one.tension).map((one) => ({
      key: `set-${one.index}`, kind: "tension", set: one.index,
      start_s: one.tension.start_s, end_s: one.tension.end_s,
    }));
    const repetitions = reps.map((one) => ({
      key: `rep-${one.index}`, kind: "rep", rep: one.index, start_s: one.start_s, end_s: one.end_s,
    }));
    const span = this.span ? [{ key: "span", kind: "span", ...this.span }] : [];
    return [...tensions, ...repetitions, ...span];
  }

  markOf(key) {
    return this.marks.find((mark) => mark.key === key) ?? null;
  }

  repAt(t_s) {
    return this.data.report.reps.find((rep) => rep.start_s <= t_s && t_s < rep.end_s) ?? null;
  }

  /** The set that a moment belongs to: the last that has begun, else the first. */
  setAt(t_s) {
    const { sets, reps } = this.data.report;
    const begins = (set) => set.tension?.start_s ?? reps.find((rep) => rep.set === set.index)?.start_s ?? 0;
    return sets.filter((set) => begins(set) <= t_s).at(-1) ?? sets[0] ?? null;
  }

  #keep(data) {
    this.data = data;
    this.rows = new FrameTable(data.series.t_s);
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}
