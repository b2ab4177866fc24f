// A joint that was seen in the wrong place is put right: in the picture, on a frame of a look.

import { button, byId, el, render, speak } from "./dom.js";
import { FrameTable } from "./frame_table.js";
import { clock, say } from "./words.js";

const JOINTS = ["hip", "knee", "ankle", "heel", "toe"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const known = (point) => Array.isArray(point) && point[0] !== null && point[1] !== null;

/** The mode in which joints can be moved. */
export class JointEditor {
  constructor(state, stage, overlay, corrections) {
    Object.assign(this, { state, stage, overlay, corrections });
    this.on = false;
    this.moved = null; // {leg, joint, xy_px}
    this.layer = el("div", { className: "joints" });
    this.panel = byId("joint-panel");
    stage.place.append(this.layer);
    stage.addEventListener("drawn", () => this.#layout());
    state.addEventListener("frame", () => this.on && this.#frame());
    state.addEventListener("data", () => this.on && this.#frame());
  }

  /** Begins, on the frame of the nearest look, or ends. */
  toggle() {
    if (this.on) return this.#end();
    const looks = new FrameTable(this.state.data.looks_t_s);
    if (!looks.count) return speak(say("no_looks"), "error");
    this.on = true;
    this.overlay.on = true;
    this.state.player.pause();
    this.look_t_s = looks.t_s[looks.nearest(this.state.t_s)];
    this.state.seek(this.look_t_s);
    this.#frame();
    byId("joints").setAttribute("aria-pressed", "true");
    return this.layer.querySelector("button")?.focus();
  }

  #end() {
    this.on = false;
    this.moved = this.overlay.moved = null;
    this.layer.replaceChildren();
    this.panel.hidden = true;
    byId("joints").setAttribute("aria-pressed", "false");
    this.stage.changed();
  }

  /** What is on the screen is another frame, or the same with another report. */
  #frame() {
    if (this.state.player.playing) return this.#end();
    const looks = new FrameTable(this.state.data.looks_t_s);
    this.look_t_s = looks.t_s[looks.nearest(this.state.t_s)];
    this.moved = this.overlay.moved = null;
    this.#makeHandles();
    this.#showPanel();
    this.stage.changed();
    return undefined;
  }

  /** Whether the frame on the screen is one that the model looked at. */
  get onLook() {
    return this.state.table.nearest(this.look_t_s) === this.state.player.shown;
  }

  #makeHandles() {
    const handles = [];
    if (this.onLook) {
      for (const leg of ["working", "resting"]) {
        JOINTS.forEach((joint, i) => {
          if (known(this.overlay.pointsAt(this.state.row)[leg][i])) handles.push(this.#handle(leg, joint));
        });
      }
    }
    render(this.layer, handles);
    this.#layout();
  }

  #handle(leg, joint) {
    const label = say("joint_of", { joint: say(`joint.${joint}`), leg: say(`leg.${leg}`) });
    const handle = el("button", {
      type: "button", className: `joint ${leg}`, "aria-label": label, title: label, "data-key": `${leg}-${joint}`,
    });
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      handle.focus();
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = this.stage.place.getBoundingClientRect();
      this.#move(leg, joint, this.stage.toPicture([event.clientX - box.left, event.clientY - box.top]));
    });
    handle.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#frame();
      const arrow = ARROWS[event.key];
      if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      const by = event.shiftKey ? 10 : 1;
      const [x, y] = this.#at(leg, joint);
      this.#move(leg, joint, [x + by * arrow[0], y + by * arrow[1]]);
    });
    return handle;
  }

  #at(leg, joint) {
    return this.overlay.pointsAt(this.state.row)[leg][JOINTS.indexOf(joint)];
  }

  #move(leg, joint, [x, y]) {
    const [width, height] = this.stage.size;
    const xy_px = [Math.max(0, Math.min(width - 1, x)), Math.max(0, Math.min(height - 1, y))];
    if (this.moved && (this.moved.leg !== leg || this.moved.joint !== joint)) this.overlay.moved = null;
    const points = [...this.overlay.pointsAt(this.state.row)[leg]];
    points[JOINTS.indexOf(joint)] = xy_px;
    this.overlay.moved = { [leg]: points };
    const begins = this.moved === null || this.moved.joint !== joint || this.moved.leg !== leg;
    this.moved = { leg, joint, xy_px };
    if (begins) this.#showPanel();
    this.stage.changed();
  }

  #layout() {
    if (!this.on) return;
    for (const handle of this.layer.children) {
      const [leg, joint] = handle.dataset.key.split("-");
      const point = this.#at(leg, joint);
      if (!known(point)) continue;
      const [x, y] = this.stage.toPlace(point);
      handle.style.transform = `translate(${x}px, ${y}px)`;
    }
  }

  #showPanel() {
    this.panel.hidden = false;
    if (!this.onLook) {
      const there = button(say("to_look", { time: clock(this.look_t_s) }), () => this.state.seek(this.look_t_s), { "data-key": "to-look" });
      render(this.panel, el("p", {}, say("no_look_here")), el("div", { className: "actions" }, there, this.#close()));
      return;
    }
    if (!this.moved) {
      render(this.panel, el("p", {}, say("drag_a_joint")), el("div", { className: "actions" }, this.#close()));
      return;
    }
    const { leg, joint } = this.moved;
    const what = say("joint_of", { joint: say(`joint.${joint}`), leg: say(`leg.${leg}`) });
    const holds = ["frame", "onwards"].map((hold) => el("label", { className: "inline" },
      el("input", { type: "radio", name: "hold", value: hold, checked: hold === "frame" }), say(`hold.${hold}`)));
    render(
      this.panel, el("fieldset", {}, el("legend", {}, say("joint_moved", { what })), holds),
      el("div", { className: "actions" },
        button(say("measure_again"), () => this.#save(what), { className: "", "data-key": "joint-save" }),
        button(say("as_it_was"), () => this.#frame()), this.#close()),
    );
  }

  #close() {
    return button(say("joints_done"), () => {
      this.#end();
      byId("joints").focus();
    }, { "data-key": "joints-done" });
  }

  #save(what) {
    const hold = this.panel.querySelector("input[name=hold]:checked").value;
    const { leg, joint } = this.moved;
    const xy_px = this.moved.xy_px.map((value) => Math.round(value * 10) / 10);
    return this.corrections.make(
      "joint", { t_s: this.look_t_s, leg, joint, xy_px, hold },
      say("did.joint", { what, time: clock(this.look_t_s) }),
    );
  }
}
