// The page of two clips: played together from their points of tension on, each with its curves.

import { FaceBlur } from "./blur.js";
import { chartIn, modelOf } from "./chart_model.js";
import { byId, speak } from "./dom.js";
import { Overlay } from "./overlay.js";
import { Pair, Side } from "./pair.js";
import { Stage } from "./stage.js";
import { ClipState } from "./state.js";
import { bindTime, listenToKeys, showKeys, timeKeys, toggleButton } from "./transport.js";
import { clock, given, say } from "./words.js";

/** One of the two: its picture, what is drawn over it, and its chart. */
class Half {
  constructor(clip, number) {
    this.clip = clip;
    this.number = number;
    this.state = new ClipState(clip.id, clip.view);
  }

  async open() {
    const video = byId(`video-${this.number}`);
    const plays = await this.state.load(this.clip.has_video ? video : null);
    video.hidden = !plays;
    byId(`no-video-${this.number}`).hidden = plays;
    const { clip } = this.state.data;
    const size = [clip.width_px ?? 640, clip.height_px ?? 480];
    this.stage = new Stage(byId(`stage-${this.number}`), size, plays ? video : null);
    this.blur = new FaceBlur(this.state, size);
    this.overlay = new Overlay(this.state, given.joints);
    this.stage.layers = [this.blur, this.overlay];
    this.side = new Side(this.state);
    const place = byId(`chart-${this.number}`);
    this.chart = await chartIn(place, place.clientHeight || 176);
    this.state.addEventListener("frame", () => this.#frame());
    this.stage.changed();
  }

  /** Draws the curves on the common time. */
  draw(range) {
    this.chart.limits = range;
    this.chart.take(modelOf(this.state.data, this.side.zero_s));
    this.#frame();
  }

  #frame() {
    this.stage.draw();
    const { row } = this.state;
    if (row >= 0) this.chart.setCursor(row);
    byId(`frame-${this.number}`).textContent = say("frame_of", {
      frame: this.state.player.shown + 1, count: this.state.table.count,
    });
  }
}

function bindCharts(halves, pair) {
  let leads = null; // the chart whose times the other follows
  for (const { chart } of halves) {
    chart.addEventListener("point", ({ detail }) => {
      if (detail.stage === "begin") pair.pause();
      if (detail.stage !== "end") pair.seek(detail.t_s);
    });
    chart.addEventListener("range", () => {
      if (leads) return;
      leads = chart;
      const [from, to] = chart.range;
      for (const other of halves) if (other.chart !== chart) other.chart.setRange(from, to);
      leads = null;
    });
  }
  const [{ chart }] = halves;
  byId("chart-in").addEventListener("click", () => chart.zoomBy(1.6, chart.xOf(pair.tau)));
  byId("chart-out").addEventListener("click", () => chart.zoomBy(1 / 1.6, chart.xOf(pair.tau)));
  byId("chart-all").addEventListener("click", () => chart.setRange(...chart.whole));
}

async function open() {
  const halves = given.clips.map((clip, i) => new Half(clip, i + 1));
  await Promise.all(halves.map((half) => half.open()));
  const pair = new Pair(halves.map((half) => half.side));
  byId("unaligned").hidden = pair.sides.every((side) => side.aligned);
  const drawAll = () => {
    for (const half of halves) half.draw(pair.range);
    byId("nudged").textContent = say("nudged", { count: pair.sides[1].nudge });
  };
  drawAll();
  bindCharts(halves, pair);
  bindTime(pair);
  pair.addEventListener("nudged", drawAll);
  pair.addEventListener("time", () => (byId("at").textContent = clock(pair.tau)));
  const toggles = Object.fromEntries(["overlay", "blur"].map((name) => [name, toggleButton(name, name === "overlay", (on) => {
    for (const half of halves) {
      half[name].on = on;
      half.stage.draw();
    }
  })]));
  byId("earlier").addEventListener("click", () => pair.nudge(-1));
  byId("later").addEventListener("click", () => pair.nudge(1));
  byId("show-keys").addEventListener("click", showKeys);
  listenToKeys({
    ...timeKeys(pair), n: () => pair.nudge(1), p: () => pair.nudge(-1), o: toggles.overlay, b: toggles.blur, "?": showKeys,
  });
  for (const half of halves) half.stage.addEventListener("click", () => pair.toggle());
  pair.seek(0);
  byId("review").dataset.ready = "";
}

open().catch((error) => speak(error.message, "error"));
