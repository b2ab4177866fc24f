// The curves of hip, knee and ankle; its cursor stands on the frame that is shown.

import uPlot from "/static/vendor/uplot/uPlot.esm.js";
import { JOINTS } from "./chart_model.js";
import { colours, paintMarks, paintPhases } from "./chart_paint.js";
import { gestures } from "./gestures.js";
import { clock, number } from "./words.js";

const NARROWEST_S = 0.4; // that can be zoomed to
const MARGIN_DEG = 5;
const CURSOR_BINDS = [
  "mousedown", "mouseup", "click", "dblclick", "mousemove", "mouseleave", "mouseenter",
];

/**
 * A chart; tells by `range` that other times are shown, by `layout` that places have changed, and
 * by `point` what somebody points at: `{t_s, stage: "begin" | "move" | "end", shift, moved_px}`.
 */
export class Chart extends EventTarget {
  constructor(place, height_px) {
    super();
    this.place = place;
    this.height_px = height_px;
    this.colours = colours();
    this.hidden = new Set(); // joints
    this.plot = null;
    this.row = -1;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = colours();
      this.plot?.redraw(false);
    });
    new ResizeObserver(() => this.#resize()).observe(place);
  }

  /** Draws a clip; the times that are shown stay if there were some. */
  take(model) {
    this.model = model;
    const range = this.plot ? this.range : null;
    if (!this.plot) this.#make();
    else this.plot.setData(model.values, false);
    if (range) this.setRange(...range);
    else this.setRange(...this.whole);
  }

  get whole() {
    const [x] = this.model.values;
    return this.limits ?? [x[0] ?? 0, Math.max(x.at(-1) ?? 1, (x[0] ?? 0) + NARROWEST_S)];
  }

  get range() {
    const { min, max } = this.plot.scales.x;
    return [min ?? this.whole[0], max ?? this.whole[1]];
  }

  /** Shows these times, within those that there are. */
  setRange(from, to) {
    const [first, last] = this.whole;
    const wide = Math.min(Math.max(to - from, NARROWEST_S), last - first);
    const start = Math.max(first, Math.min(last - wide, from));
    this.plot.batch(() => this.plot.setScale("x", { min: start, max: start + wide }));
    this.dispatchEvent(new Event("range"));
  }

  /** Zooms about a place in pixels; gives false where nothing changes. */
  zoomBy(factor, x_px = this.plot.over.clientWidth / 2) {
    const [from, to] = this.range;
    const [first, last] = this.whole;
    if (factor < 1 && to - from >= last - first - 1e-6) return false;
    const fixed = this.timeAt(x_px);
    const share = (fixed - from) / (to - from);
    const wide = (to - from) / factor;
    this.setRange(fixed - share * wide, fixed + (1 - share) * wide);
    return true;
  }

  /** Puts the cursor on a row; times that are not shown come into view. */
  setCursor(row, follow = true) {
    this.row = row;
    const t_s = this.model?.values[0][row];
    if (!this.plot || t_s === undefined) return;
    const [from, to] = this.range;
    if (follow && (t_s < from || t_s > to)) this.setRange(t_s - 0.1 * (to - from), t_s + 0.9 * (to - from));
    this.moveCursor(t_s);
  }

  /** Puts the cursor at a time, for a row or for none. */
  moveCursor(t_s) {
    this.plot.setCursor({ left: this.xOf(t_s), top: 0 }, false);
  }

  xOf(t_s) {
    return this.plot.valToPos(t_s, "x");
  }

  timeAt(x_px) {
    return this.plot.posToVal(x_px, "x");
  }

  timeUnder(event) {
    return this.timeAt(event.clientX - this.plot.over.getBoundingClientRect().left);
  }

  /** Shows the curve of a joint, or hides it. */
  toggle(joint, shown) {
    if (shown) this.hidden.delete(joint);
    else this.hidden.add(joint);
    const at = JOINTS.indexOf(joint);
    for (const i of [1 + at, 4 + 2 * at, 5 + 2 * at]) this.plot.setSeries(i, { show: shown });
  }

  #make() {
    const curves = JOINTS.map((joint) => ({ stroke: () => this.colours[joint], width: 2, points: { show: false } }));
    const edges = JOINTS.flatMap(() => [0, 1].map(() => ({ stroke: "transparent", width: 0, points: { show: false } })));
    const bands = JOINTS.map((joint, i) => (
      { series: [4 + 2 * i, 5 + 2 * i], fill: () => `${this.colours[joint]}33` }));
    const axis = { stroke: () => this.colours.quiet, font: "12px system-ui, sans-serif", ticks: { stroke: () => this.colours.line, width: 1 } };
    const grid = { stroke: () => this.colours.line, width: 1 };
    this.plot = new uPlot({
      ...this.#size(),
      series: [{}, ...curves, ...edges],
      bands,
      padding: [6, 8, 0, 0],
      legend: { show: false },
      scales: { x: { time: false, auto: false }, y: { range: (_, low, high) => span(low, high) } },
      axes: [
        { ...axis, grid: { show: false }, space: 70, values: (_, splits) => splits.map(clock) },
        { ...axis, grid, size: 44, values: (_, splits) => splits.map((deg) => `${number(deg)}°`) },
      ],
      cursor: {
        y: false, drag: { x: false, y: false }, focus: { prox: -1 },
        bind: Object.fromEntries(CURSOR_BINDS.map((name) => [name, () => null])),
        dataIdx: (_u, _series, index) => (this.row >= 0 ? this.row : index),
        points: { show: (_u, i) => this.#dot(i) },
      },
      hooks: {
        drawClear: [(u) => paintPhases(u, this.model, this.colours)],
        draw: [(u) => paintMarks(u, this.model, this.colours)],
        setScale: [(_u, name) => name === "x" && this.#moved()],
        setSize: [() => this.#moved()],
      },
    }, this.model.values, this.place);
    this.#listen();
  }

  #dot(i) {
    if (i < 1 || i > JOINTS.length) return null;
    const dot = document.createElement("div");
    dot.className = `dot ${JOINTS[i - 1]}`;
    return dot;
  }

  #moved() {
    if (!this.plot) return;
    if (this.row >= 0) this.setCursor(this.row, false);
    this.dispatchEvent(new Event("layout"));
  }

  #listen() {
    const { over } = this.plot;
    const tell = (stage) => (event, moved_px = 0) => {
      const detail = { t_s: this.timeUnder(event), stage, shift: this.shifted, moved_px };
      this.dispatchEvent(new CustomEvent("point", { detail }));
    };
    const [begin, move, end] = ["begin", "move", "end"].map(tell);
    gestures(over, {
      drag: {
        begin: (event) => {
          this.shifted = event.shiftKey;
          begin(event);
        },
        move, end,
      },
      zoom: (factor, x_px) => this.zoomBy(factor, x_px),
    });
    over.addEventListener("dblclick", () => this.setRange(...this.whole));
  }

  #size() {
    return { width: Math.max(200, this.place.clientWidth), height: this.height_px };
  }

  #resize() {
    if (this.plot && this.place.clientWidth !== this.plot.width) this.plot.setSize(this.#size());
  }
}

function span(low, high) {
  if (low === null || high === null) return [0, 90];
  return [Math.floor((low - MARGIN_DEG) / 10) * 10, Math.ceil((high + MARGIN_DEG) / 10) * 10];
}
