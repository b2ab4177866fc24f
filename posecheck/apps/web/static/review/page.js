// The page of one clip: its picture, its curves, and what is put right in it.

import { FaceBlur } from "./blur.js";
import { Corrections } from "./corrections.js";
import { curvesOf, pointAt } from "./curves.js";
import { byId, speak } from "./dom.js";
import { Findings } from "./findings.js";
import { History } from "./history.js";
import { JointEditor } from "./joints.js";
import { Marks, nameOf } from "./marks.js";
import { Numbers } from "./numbers.js";
import { Overlay } from "./overlay.js";
import { Span } from "./span.js";
import { Stage } from "./stage.js";
import { ClipState } from "./state.js";
import { bindTime, listenToKeys, showKeys, timeKeys, toggleButton } from "./transport.js";
import { clock, given, say } from "./words.js";

/** The moments between which [ and ] go: repetitions, points of tension and findings. */
function moments(state) {
  const found = state.data.report.findings.map((finding) => finding.start_s);
  return [...new Set([...state.marks.map((mark) => mark.start_s), ...found])].sort((a, b) => a - b);
}

function toMoment(state, forwards) {
  const here = state.t_s;
  const all = moments(state).map((t_s) => state.table.t_s[state.table.nearest(t_s)]);
  const next = forwards ? all.find((t_s) => t_s > here + 0.001) : all.filter((t_s) => t_s < here - 0.001).at(-1);
  if (next === undefined) return;
  state.jump(next);
  const mark = state.marks.find((one) => Math.abs(one.start_s - next) < 0.05);
  if (mark) state.choose(mark.key);
}

function watchVideo(video, plays) {
  byId("no-video").hidden = plays;
  video.hidden = !plays;
  video.addEventListener("error", () => speak(say("video_failed"), "error"));
}

function move(corrections) {
  return (mark, { start_s, end_s }) => {
    const said = say("did.move", { what: nameOf(mark), span: `${clock(start_s)}–${clock(end_s)}` });
    if (mark.kind === "rep") corrections.make("rep_move", { rep: mark.rep, start_s, end_s }, said);
    else corrections.make("tension", { set: mark.set, start_s, end_s }, said);
  };
}

async function open() {
  const state = new ClipState(given.clip, given.view);
  const video = byId("video");
  const chart = await curvesOf(state);
  const corrections = new Corrections(state);
  const [history] = [new History(state, corrections), new Findings(state, corrections), new Numbers(state, corrections)];
  const plays = await state.load(given.has_video ? video : null);
  watchVideo(video, plays);
  const { clip } = state.data;
  const size = [clip.width_px ?? 640, clip.height_px ?? 480];
  const stage = new Stage(byId("stage"), size, plays ? video : null);
  const [blur, overlay] = [new FaceBlur(state, size), new Overlay(state, given.joints)];
  stage.layers = [blur, overlay];
  state.addEventListener("frame", () => stage.draw());
  state.addEventListener("data", () => stage.changed());
  stage.addEventListener("click", () => joints.on || state.player.toggle());
  const span = new Span(state, chart, corrections);
  const save = move(corrections);
  const marks = new Marks(state, chart, byId("marks"), (mark, ends) => {
    if (mark.kind === "span") state.markSpan(ends);
    else save(mark, ends);
  });
  const joints = new JointEditor(state, stage, overlay, corrections);
  bindTime(state.player);
  pointAt(state, chart, span);
  bindView(state, stage, { overlay, blur, joints, history, span, corrections });
  state.take(state.data);
  marks.show();
  stage.changed();
  byId("review").dataset.ready = "";
}

function bindView(state, stage, { overlay, blur, joints, history, span, corrections }) {
  const toggleOverlay = toggleButton("overlay", true, (on) => {
    overlay.on = on;
    stage.changed();
  });
  const toggleBlur = toggleButton("blur", false, (on) => {
    blur.on = on;
    stage.draw();
  });
  const zoom = () => {
    const knee = overlay.pointsAt(Math.max(0, state.row)).working[1];
    stage.toggleZoom(knee && knee[0] !== null ? knee : undefined);
  };
  const buttons = {
    "zoom-in": () => stage.zoomIn(), "zoom-out": () => stage.zoomOut(), joints: () => joints.toggle(),
    "add-note": () => history.ask(), "show-keys": showKeys, "before-moment": () => toMoment(state, false),
    "next-moment": () => toMoment(state, true),
  };
  for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener("click", act);
  byId("open-beside")?.addEventListener("click", () => location.assign(byId("other").value));
  listenToKeys({
    ...timeKeys(state.player),
    m: () => history.ask(), z: zoom, o: toggleOverlay, b: toggleBlur, e: () => joints.toggle(),
    "[": () => toMoment(state, false), "]": () => toMoment(state, true),
    i: () => span.mark("start_s"), u: () => span.mark("end_s"), "?": showKeys,
    "+": () => stage.zoomIn(), "-": () => stage.zoomOut(),
    "Ctrl+z": () => corrections.undo(), "Ctrl+Shift+z": () => corrections.redo(), "Ctrl+y": () => corrections.redo(),
  });
  bindPan(stage);
}

/** A picture that is zoomed is moved by the arrow keys while it has the focus. */
function bindPan(stage) {
  const steps = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
  stage.place.addEventListener("keydown", (event) => {
    if (event.target !== stage.place || stage.zoom === 1 || !steps[event.key]) return;
    event.preventDefault();
    stage.pan(...steps[event.key]);
  });
}

open().catch((error) => speak(error.message, "error"));
