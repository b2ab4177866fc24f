// The times of a clip's frames: what is asked for or shown is found in it, never by a rate.

const ROUNDED_S = 0.0006; // times in the table are rounded to milliseconds

/** The times of a clip's frames. */
export class FrameTable {
  constructor(t_s) {
    this.t_s = t_s;
  }

  get count() {
    return this.t_s.length;
  }

  clamped(index) {
    return Math.max(0, Math.min(this.count - 1, index));
  }

  /** The frame that is shown at a moment: the last one that has begun. */
  at(t_s) {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.t_s[middle] <= t_s + ROUNDED_S) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The frame whose time is nearest to a moment that somebody points at. */
  nearest(t_s) {
    const before = this.at(t_s);
    const after = this.clamped(before + 1);
    return this.t_s[after] - t_s < t_s - this.t_s[before] ? after : before;
  }

  /** A moment at which this frame is surely shown: halfway to the next. */
  middle(index, end_s) {
    const from = this.t_s[index];
    const next = index + 1 < this.count ? this.t_s[index + 1] : Math.max(end_s, from);
    return (from + next) / 2;
  }
}
