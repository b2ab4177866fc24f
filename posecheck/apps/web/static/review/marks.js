// Points of tension, repetitions and a marked span above the chart, with ends that can be moved.
//
// The ends of what is chosen are sliders: they are dragged, or moved by keys, a frame at a time.

import { el } from "./dom.js";
import { say, seconds } from "./words.js";

const NEAR_PX = 9; // an end that is not chosen yet is taken from so far
const IDLE_MS = 900; // after the last key, before a moved end is saved
const STEPS = {
  ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10,
};

export const nameOf = (mark) => {
  if (mark.kind === "span") return say("the_span");
  return mark.kind === "rep" ? say("rep_number", { number: mark.rep }) : say("tension_number", { number: mark.set });
};

/** `moved(mark, {start_s, end_s})` is called once an end has been let go of somewhere else. */
export class Marks {
  constructor(state, chart, place, moved) {
    Object.assign(this, { state, chart, place, moved });
    this.edit = null; // {mark, start_s, end_s} while an end is being moved
    chart.addEventListener("layout", () => this.layout());
    state.addEventListener("data", () => this.show());
    state.addEventListener("chosen", () => this.show());
  }

  /** Makes all anew; an end that had the focus has it again. */
  show() {
    if (this.edit && this.#stands(this.edit.mark)) return;
    clearTimeout(this.idle);
    this.edit = null; // what it was about has changed meanwhile
    const focused = this.place.contains(document.activeElement) ? document.activeElement.dataset.end : null;
    this.items = [];
    this.place.replaceChildren();
    for (const mark of this.state.marks) this.#add(mark);
    const chosen = this.state.chosen && this.state.markOf(this.state.chosen);
    if (chosen) for (const end of ["start_s", "end_s"]) this.#addHandle(chosen, end);
    this.layout();
    if (focused) this.place.querySelector(`[data-end="${focused}"]`)?.focus();
  }

  #stands({ key, start_s, end_s }) {
    const now = this.state.markOf(key);
    return now !== null && now.start_s === start_s && now.end_s === end_s;
  }

  layout() {
    const { plot } = this.chart;
    if (!plot) return;
    const root = this.place.parentElement.getBoundingClientRect();
    const over = plot.over.getBoundingClientRect();
    this.place.style.left = `${over.left - root.left}px`;
    this.place.style.width = `${over.width}px`;
    for (const item of this.items ?? []) this.#put(item, over.width);
  }

  #put({ element, mark, end }, wide) {
    const at = this.edit?.mark.key === mark.key ? this.edit : mark;
    const [a, b] = [this.chart.xOf(at.start_s), this.chart.xOf(at.end_s)];
    if (end) {
      const x = end === "start_s" ? a : b;
      element.style.left = `${x}px`;
      element.hidden = x < -1 || x > wide + 1;
      this.#tellValue(element, at[end]);
      return;
    }
    const left = Math.max(0, a);
    element.style.left = `${left}px`;
    element.style.width = `${Math.max(0, Math.min(wide, b) - left)}px`;
    element.hidden = b < 0 || a > wide;
  }

  #tellValue(element, t_s) {
    element.setAttribute("aria-valuenow", this.state.table.nearest(t_s));
    element.setAttribute("aria-valuetext", seconds(t_s));
  }

  #add(mark) {
    const text = mark.kind === "rep" ? String(mark.rep) : say(mark.kind === "span" ? "span_short" : "tension_short");
    const chosen = mark.key === this.state.chosen ? " chosen" : "";
    const element = el("div", {
      className: `mark ${mark.kind}${chosen}`, title: nameOf(mark), "aria-hidden": "true",
    }, text);
    element.addEventListener("pointerdown", (event) => this.#press(event, mark, element));
    this.items.push({ element, mark });
    this.place.append(element);
  }

  #press(event, mark, element) {
    if (event.button !== 0) return;
    event.preventDefault();
    const box = element.getBoundingClientRect();
    const near = [["start_s", Math.abs(event.clientX - box.left)], ["end_s", Math.abs(event.clientX - box.right)]]
      .filter(([, away]) => away < NEAR_PX).sort((a, b) => a[1] - b[1])[0];
    this.state.choose(mark.key);
    if (!near) {
      this.state.jump(mark.start_s);
      return;
    }
    const handle = this.place.querySelector(`[data-end="${near[0]}"]`);
    handle.focus();
    this.#drag(event, mark, near[0], handle);
  }

  #addHandle(mark, end) {
    const { state } = this;
    const element = el("div", {
      className: `handle ${mark.kind}`, role: "slider", tabindex: "0", "data-end": end,
      "aria-label": say(end === "start_s" ? "start_of" : "end_of", { what: nameOf(mark) }),
      "aria-valuemin": "0", "aria-valuemax": String(state.table.count - 1),
    });
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      element.focus();
      this.#drag(event, mark, end, element);
    });
    element.addEventListener("keydown", (event) => this.#key(event, mark, end));
    element.addEventListener("blur", () => this.#save());
    this.items.push({ element, mark, end });
    this.place.append(element);
  }

  #drag(pressed, mark, end, element) {
    element.setPointerCapture(pressed.pointerId);
    const move = (event) => this.#moveTo(mark, end, this.state.table.nearest(this.chart.timeUnder(event)));
    const stop = (event) => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", stop);
      element.removeEventListener("pointercancel", stop);
      if (event.type === "pointerup") this.#save();
      else this.#leave();
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", stop);
    element.addEventListener("pointercancel", stop);
  }

  #key(event, mark, end) {
    if (event.key === "Escape") return this.#leave();
    if (event.key === "Enter") return this.#save();
    if (this.edit && event.key === "z" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault(); // nothing of it was kept yet, and the page would undo what was
      return this.#leave();
    }
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return undefined;
    event.preventDefault();
    event.stopPropagation(); // the page's own keys step too
    const { table } = this.state;
    const at = (this.edit?.mark.key === mark.key ? this.edit : mark)[end];
    this.#moveTo(mark, end, table.nearest(at) + step * (event.shiftKey ? 10 : 1));
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.#save(), IDLE_MS);
    return undefined;
  }

  /** Moves an end to a frame, not beyond the other end, and shows that frame. */
  #moveTo(mark, end, index) {
    const { table } = this.state;
    this.edit ??= { mark, start_s: mark.start_s, end_s: mark.end_s };
    const other = table.nearest(end === "start_s" ? this.edit.end_s : this.edit.start_s);
    const kept = end === "start_s" ? Math.min(index, other - 1) : Math.max(index, other + 1);
    this.edit[end] = table.t_s[table.clamped(kept)];
    this.state.player.pause();
    this.state.player.seek(table.clamped(kept));
    this.layout();
  }

  #leave() {
    clearTimeout(this.idle);
    this.edit = null;
    this.show();
  }

  #save() {
    clearTimeout(this.idle);
    if (!this.edit) return;
    const { mark, start_s, end_s } = this.edit;
    this.edit = null;
    if (start_s !== mark.start_s || end_s !== mark.end_s) this.moved(mark, { start_s, end_s });
    else this.show();
  }
}
