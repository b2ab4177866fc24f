// Notes at moments of the clip, and all that was put right, by whom and when.

import { button, byId, el, render } from "./dom.js";
import * as words from "./words.js";
import { clock, say } from "./words.js";

/** What a correction did, in a few words. */
export function sentenceOf({ kind, values }) {
  const time = (t_s) => clock(t_s);
  const span = values.start_s === undefined ? "" : `${time(values.start_s)}–${time(values.end_s ?? values.start_s)}`;
  switch (kind) {
    case "verdict":
      return values.verdict ? say("did.verdict", { verdict: words.verdict(values.verdict) }) : say("did.verdict_back");
    case "finding":
      return say(values.dismissed ? "did.dismiss" : "did.confirm", { what: words.title(values.rule) });
    case "joint":
      return say("did.joint", {
        what: say("joint_of", { joint: say(`joint.${values.joint}`), leg: say(`leg.${values.leg}`) }), time: time(values.t_s),
      });
    case "side":
      return say("did.side", { side: words.side(values.side) });
    case "exercise":
      return say("did.exercise", { what: [words.exercise(values.exercise), values.variant && words.variant(values.variant)].filter(Boolean).join(", ") });
    case "reviewed":
      return say("did.reviewed");
    case "note":
      return say("did.note", { time: time(values.t_s) });
    case "rep_add":
    case "tension_add":
      return say(`did.${kind}`, { span });
    case "rep_delete":
      return say("did.delete", { what: say("rep_number", { number: values.rep }) });
    case "tension_delete":
      return say("did.delete", { what: say("tension_number", { number: values.set }) });
    case "rep_move":
      return say("did.move", { what: say("rep_number", { number: values.rep }), span });
    default:
      return say("did.move", { what: say("tension_number", { number: values.set }), span });
  }
}

export class History {
  constructor(state, corrections) {
    Object.assign(this, { state, corrections });
    this.dialog = byId("note-dialog");
    state.addEventListener("data", () => this.show());
    byId("note-form").addEventListener("submit", () => this.#keepNote());
    byId("note-cancel").addEventListener("click", () => this.dialog.close());
  }

  show() {
    const { corrections, notes } = this.state.data;
    render(byId("notes"), notes.length ? el("ul", { className: "findings" }, notes.map((note, i) => this.#note(note, i))) : el("p", { className: "quiet" }, say("no_notes")));
    const items = [...corrections].reverse().map((one) => el("li", { className: one.undone || one.dropped ? "gone" : "" },
      sentenceOf(one), el("span", { className: "quiet block" },
        say("by_at", { by: one.by || say("somebody"), at: words.moment(one.at) }),
        one.undone || one.dropped ? ` · ${say("was_undone")}` : "")));
    render(byId("history"), items.length ? el("ol", { className: "plain-list" }, items) : el("p", { className: "quiet" }, say("nothing_changed")));
  }

  /** Asks for a note at the moment that is shown. */
  ask() {
    this.state.player.pause();
    this.t_s = this.state.t_s;
    byId("note-when").textContent = say("note_at", { time: clock(this.t_s) });
    byId("note-text").value = "";
    this.dialog.showModal();
    byId("note-text").focus();
  }

  #note(note, i) {
    const jump = button(clock(note.t_s), () => this.state.jump(note.t_s), {
      "data-key": `note-${i}`, "aria-label": say("jump_to", { what: say("note"), time: clock(note.t_s) }),
    });
    return el("li", {}, el("p", { className: "note" }, note.text), el("p", { className: "quiet" }, note.by ?? ""), el("div", { className: "actions" }, jump));
  }

  #keepNote() {
    const text = byId("note-text").value.trim();
    if (text) this.corrections.make("note", { t_s: this.t_s, text }, say("did.note", { time: clock(this.t_s) }));
  }
}
