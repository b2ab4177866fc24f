// A stretch of time that somebody marks: it becomes a repetition or a point of tension.

import { button, byId, el, render, speak } from "./dom.js";
import { seconds, say } from "./words.js";
import * as words from "./words.js";

const LEAST_FRAMES = 2;

export class Span {
  constructor(state, chart, corrections) {
    Object.assign(this, { state, chart, corrections });
    this.panel = byId("span-panel");
    byId("mark-start").addEventListener("click", () => this.mark("start_s"));
    byId("mark-end").addEventListener("click", () => this.mark("end_s"));
    state.addEventListener("chosen", () => this.#show());
    state.addEventListener("data", () => this.#show());
  }

  /** Begins or ends the span at the frame that is shown. */
  mark(end) {
    const { state } = this;
    const here = state.t_s;
    const last = state.table.t_s.at(-1);
    const other = end === "start_s" ? Math.min(last, here + 1) : Math.max(0, here - 1);
    const span = { start_s: other, end_s: other, ...state.span, [end]: here };
    if (span.start_s >= span.end_s) span[end === "start_s" ? "end_s" : "start_s"] = other;
    this.set(span.start_s, span.end_s);
  }

  /** Marks from one moment to another, whichever is first; on frames. */
  set(a, b) {
    const { table } = this.state;
    const [from, to] = [Math.min(a, b), Math.max(a, b)].map((t_s) => table.nearest(t_s));
    if (to - from < LEAST_FRAMES) return;
    this.state.markSpan({ start_s: table.t_s[from], end_s: table.t_s[to] });
  }

  #show() {
    const { span, data } = this.state;
    this.panel.hidden = !span;
    if (!span) return;
    const { report } = data;
    const asked = report.exercise ?? report.prescription.exercise.name;
    const glide = asked === "nerve_glide" || asked === "auto";
    const isFirst = report.sets.length === 0;
    render(
      this.panel, el("p", {}, say("span_is", { from: seconds(span.start_s), to: seconds(span.end_s) })),
      el("div", { className: "actions" },
        button(say("add_rep"), () => this.#add("rep_add"), { "data-key": "span-rep", disabled: glide && isFirst }),
        glide || isFirst ? this.#side() : null,
        glide ? this.#tensionParts() : null,
        button(say("zoom_to_it"), () => this.chart.setRange(span.start_s, span.end_s), { "data-key": "span-zoom" }),
        button(say("unmark"), () => this.state.markSpan(null), { "data-key": "span-clear" })),
    );
  }

  #choice(name, label, names, text, value) {
    return el("select", { name, "aria-label": label, "data-key": `span-${name}` },
      names.map((one) => el("option", { value: one, selected: one === value }, text(one))));
  }

  #side() {
    return this.#choice("side", say("side"), ["left", "right"], words.side, this.state.data.report.side);
  }

  #tensionParts() {
    const { report } = this.state.data;
    return [
      this.#choice("variant", say("variant"), ["ankle_pump", "knee_bend"], words.variant, report.variant),
      button(say("add_tension"), () => this.#add("tension_add"), { "data-key": "span-tension" }),
    ];
  }

  async #add(kind) {
    const { start_s, end_s } = this.state.span;
    const text = `${words.clock(start_s)}–${words.clock(end_s)}`;
    const middle = this.state.setAt((start_s + end_s) / 2);
    const [side, variant] = ["side", "variant"].map((name) => this.panel.querySelector(`[name=${name}]`)?.value);
    const ofRep = middle ? { set: middle.index } : { side };
    const more = kind === "rep_add" ? ofRep : { side, variant };
    const kept = await this.corrections.make(kind, { ...more, start_s, end_s }, say(`did.${kind}`, { span: text }));
    if (!kept || !this.state.span) return;
    this.state.markSpan(null);
    const counts = this.state.data.report.reps.some((rep) => rep.start_s < end_s && start_s < rep.end_s);
    if (kind === "rep_add" && !counts) speak(say("rep_does_not_count", { span: text }), "error");
  }
}
