// What was measured, drawn over the picture: legs, trunk, angles, phase, repetition, findings.

import { degrees, phase as phaseName, say, title } from "./words.js";

const [HIP, KNEE, ANKLE, HEEL, TOE] = [0, 1, 2, 3, 4];
const DARK = "rgba(10, 16, 13, 0.78)";
const COLOURS = { hip: "#7db7f5", knee: "#ff9c68", ankle: "#d0adf5" };
const WORKING = "#58e0a0";
const RESTING = "#cfd8d3";
const WRONG = "#ff6b5e";
const ARC_PX = 30;
const FURTHER_PX = [24, 52, 80]; // from an arc to its label, if others are in the way

const known = (point) => Array.isArray(point) && point[0] !== null && point[1] !== null;

/** Draws what is known of the frame that is shown. */
export class Overlay {
  constructor(state, joints) {
    this.state = state;
    this.joints = joints; // of rules: where a finding is shown
    this.on = true;
    this.moved = null; // a leg's points while one of them is dragged
  }

  draw(context, stage) {
    const { state } = this;
    const index = state.row;
    if (!this.on || !state.data || index < 0) return;
    const points = this.pointsAt(index);
    const place = (point) => (known(point) ? stage.toPlace(point) : null);
    const pen = new Pen(context, stage.unit);
    const working = points.working.map(place);
    const resting = points.resting.map(place);
    const trunk = points.trunk.map(place);
    pen.line([resting[HIP], resting[KNEE], resting[ANKLE], resting[HEEL], resting[TOE]], RESTING, 2);
    pen.line([working[HIP], trunk[0], trunk[1]], RESTING, 2.5);
    pen.line([working[HIP], working[KNEE], working[ANKLE], working[HEEL], working[TOE]], WORKING, 5);
    for (const point of working) pen.dot(point, WORKING, 5);
    this.#angles(pen, working, trunk, index);
    this.#findings(pen, working, resting, trunk, stage);
    this.#status(pen, index);
  }

  /** Where the joints are in a frame, as they are just being dragged. */
  pointsAt(index) {
    const { points } = this.state.data;
    const at = (name) => points[name]?.[index] ?? [];
    const found = { working: at("working_px"), resting: at("resting_px"), trunk: at("trunk_px") };
    return this.moved ? { ...found, ...this.moved } : found;
  }

  #angles(pen, leg, trunk, index) {
    const { series } = this.state.data;
    const shown = [
      ["hip", leg[HIP], away(trunk[0], leg[HIP]), leg[KNEE], series.hip_flexion_deg],
      ["knee", leg[KNEE], away(leg[HIP], leg[KNEE]), leg[ANKLE], series.knee_flexion_deg],
      ["ankle", leg[ANKLE], leg[KNEE], along(leg[HEEL], leg[TOE], leg[ANKLE]), series.ankle_dorsiflexion_deg],
    ];
    for (const [joint, at, from, to, values] of shown) {
      if (!at || !from || !to) continue;
      pen.arc(at, from, to, COLOURS[joint], ARC_PX);
      const value = values[index];
      if (value !== null && value !== undefined) pen.labelBeside(at, from, to, degrees(value), COLOURS[joint]);
    }
  }

  #findings(pen, working, resting, trunk, stage) {
    const places = { hip: working[HIP], knee: working[KNEE], ankle: working[ANKLE] };
    const t_s = this.state.t_s;
    let below = 0;
    for (const finding of this.state.data.report.findings) {
      const holds = (finding.times ?? [[finding.start_s, finding.end_s]]).some(([a, b]) => a <= t_s && t_s <= b);
      if (!holds) continue;
      let at = places[this.joints[finding.rule]];
      if (finding.rule === "head_lifted") at = trunk[1];
      if (finding.rule === "other_leg_moved") at = resting[KNEE];
      pen.ring(at, WRONG, 16);
      pen.plate(title(finding.rule), [8, stage.place.clientHeight - (34 + 26 * below) * pen.unit], WRONG);
      below += 1;
    }
  }

  #status(pen, index) {
    const { report, series } = this.state.data;
    const t_s = this.state.t_s;
    const parts = [];
    const name = series.phase[index];
    const set = report.sets.find((one) => this.state.setAt(t_s)?.index === one.index);
    if (name) parts.push(phaseName(name, set?.exercise ?? report.exercise));
    const rep = this.state.repAt(t_s);
    if (rep) parts.push(say("rep_of", { number: rep.index, of: report.reps.length }));
    if (parts.length) pen.plate(parts.join(" · "), [8, 8], WORKING);
  }
}

/** The point on the other side of a joint: where the line goes on straight. */
function away(from, joint) {
  return from && joint ? [2 * joint[0] - from[0], 2 * joint[1] - from[1]] : null;
}

function along(heel, toe, at) {
  return heel && toe && at ? [at[0] + toe[0] - heel[0], at[1] + toe[1] - heel[1]] : null;
}

const overlap = (a, b) => a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom;

/** Strokes with a dark edge, so that they are seen on any picture. */
class Pen {
  constructor(context, unit) {
    this.context = context;
    this.unit = unit;
    this.taken = []; // where labels are already
    context.lineCap = context.lineJoin = "round";
    context.font = `600 ${Math.round(15 * unit)}px system-ui, sans-serif`;
    context.textBaseline = "top";
  }

  line(points, colour, width) {
    const { context, unit } = this;
    for (const [stroke, thick] of [[DARK, width + 2.5], [colour, width]]) {
      context.beginPath();
      let before = null;
      for (const point of points) {
        if (point && before) context.lineTo(...point);
        else if (point) context.moveTo(...point);
        before = point;
      }
      context.strokeStyle = stroke;
      context.lineWidth = thick * unit;
      context.stroke();
    }
  }

  dot(at, colour, radius) {
    if (!at) return;
    const { context, unit } = this;
    context.beginPath();
    context.arc(...at, radius * unit, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = DARK;
    context.lineWidth = 1.5 * unit;
    context.stroke();
  }

  ring(at, colour, radius) {
    if (!at) return;
    const { context, unit } = this;
    context.beginPath();
    context.arc(...at, radius * unit, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = 3 * unit;
    context.stroke();
  }

  arc(at, from, to, colour, radius) {
    const { context, unit } = this;
    const [a, b] = [from, to].map((point) => Math.atan2(point[1] - at[1], point[0] - at[0]));
    const turn = Math.atan2(Math.sin(b - a), Math.cos(b - a));
    context.beginPath();
    context.arc(...at, radius * unit, a, a + turn, turn < 0);
    context.strokeStyle = colour;
    context.lineWidth = 2.5 * unit;
    context.stroke();
    context.setLineDash([4 * unit, 4 * unit]);
    context.beginPath();
    context.moveTo(...at);
    context.lineTo(at[0] + Math.cos(a) * radius * 1.4 * unit, at[1] + Math.sin(a) * radius * 1.4 * unit);
    context.lineWidth = 1.5 * unit;
    context.stroke();
    context.setLineDash([]);
  }

  /** Writes an angle in the middle of its arc, further out. */
  labelBeside(at, from, to, text, colour) {
    const [a, b] = [from, to].map((point) => Math.atan2(point[1] - at[1], point[0] - at[0]));
    const middle = a + Math.atan2(Math.sin(b - a), Math.cos(b - a)) / 2;
    const wide = this.context.measureText(text).width + 12 * this.unit;
    const high = 24 * this.unit;
    let box;
    for (const further of FURTHER_PX) {
      const away_px = (ARC_PX + further) * this.unit;
      const x = at[0] + Math.cos(middle) * away_px - wide / 2;
      const y = at[1] + Math.sin(middle) * away_px - high / 2;
      box = { x, y, right: x + wide, bottom: y + high };
      if (!this.taken.some((one) => overlap(one, box))) break;
    }
    this.taken.push(box);
    this.plate(text, [box.x, box.y], colour);
  }

  plate(text, [x, y], colour) {
    const { context, unit } = this;
    const wide = context.measureText(text).width + 12 * unit;
    context.fillStyle = DARK;
    context.beginPath();
    context.roundRect(x, y, wide, 24 * unit, 5 * unit);
    context.fill();
    context.fillStyle = colour;
    context.fillText(text, x + 6 * unit, y + 4.5 * unit);
  }
}
