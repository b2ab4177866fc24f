// What was done: exercise, side, points of tension and repetitions, and what the machine had there.

import { button, byId, el, render } from "./dom.js";
import { byWhom, lastOf } from "./findings.js";
import { nameOf } from "./marks.js";
import * as words from "./words.js";
import { clock, degrees, say, seconds } from "./words.js";

const plusMinus = (value, half) => (half === null || half === undefined ? degrees(value) : `${degrees(value)} ± ${degrees(half)}`);
const shared = (a, b) => Math.min(a.end_s, b.end_s) - Math.max(a.start_s, b.start_s);

/** What of a list shares the most time with something else; null if nothing does. */
function matching(list, one) {
  const [best] = [...list].sort((a, b) => shared(b, one) - shared(a, one));
  return best && shared(best, one) > 0 ? best : null;
}

export class Numbers {
  constructor(state, corrections) {
    Object.assign(this, { state, corrections });
    state.addEventListener("data", () => this.show());
    state.addEventListener("chosen", () => this.#lists());
    byId("exchange-side").addEventListener("click", () => this.#exchangeSide());
    const form = byId("exercise-form");
    form.elements.exercise.addEventListener("change", () => this.#variants(form));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#setExercise(form);
    });
  }

  show() {
    const { report, machine } = this.state.data;
    const rows = [
      ["exercise", words.exercise(report.exercise), words.exercise(machine.exercise), "exercise"],
      ["variant", words.variant(report.variant), words.variant(machine.variant), "exercise"],
      ["side", words.side(report.side), words.side(machine.side), "side"],
      ["knee_there", this.#tension(report, "knee"), this.#tension(machine, "knee"), null],
      ["hip_there", this.#tension(report, "hip"), this.#tension(machine, "hip"), null],
      ["repetitions", String(report.reps.length), String(machine.reps.length), null],
    ];
    render(byId("numbers"), el("dl", {}, rows.map(([name, now, theirs, kind]) => el("div", {},
      el("dt", {}, say(name)), el("dd", {}, now, this.#machine(now, theirs, kind))))));
    const form = byId("exercise-form");
    form.elements.exercise.value = report.exercise ?? form.elements.exercise.options[0].value;
    this.#variants(form);
    if (report.variant) form.elements.variant.value = report.variant;
    byId("exchange-side").disabled = report.side === null;
    this.#lists();
  }

  #tension({ tension }, joint) {
    return tension ? plusMinus(tension[`${joint}_flexion_deg`], tension.uncertainty_deg) : say("none");
  }

  #machine(now, theirs, kind) {
    if (now === theirs) return null;
    const by = kind && lastOf(this.state.data, kind);
    return el("span", { className: "quiet block" }, say("machine_had", { what: theirs }), by ? ` ${byWhom(by)}` : "");
  }

  #lists() {
    const { report, machine } = this.state.data;
    const tensions = report.sets.filter((set) => set.tension);
    const theirs = machine.sets.filter((set) => set.tension).map((set) => set.tension);
    const before = (list, one) => {
      const found = matching(list, one);
      if (!found) return say("machine_none");
      const same = Math.abs(found.start_s - one.start_s) < 0.005 && Math.abs(found.end_s - one.end_s) < 0.005;
      return same ? "" : `${clock(found.start_s)}–${clock(found.end_s)}`;
    };
    const markOf = (key) => this.state.markOf(key);
    render(
      byId("repetitions"),
      this.#table(say("tensions"), tensions.map((set) => [markOf(`set-${set.index}`),
        `${degrees(set.tension.knee_flexion_deg)}`, before(theirs, set.tension)]), say("knee"), "tension_delete"),
      this.#table(say("repetitions"), report.reps.map((rep) => [markOf(`rep-${rep.index}`),
        rep.peak_deg === null ? degrees(rep.range_deg) : plusMinus(rep.peak_deg, rep.uncertainty_deg),
        before(machine.reps, rep)]), say("range"), "rep_delete"),
      this.#gone(say("machine_reps_gone"), machine.reps.filter((rep) => !matching(report.reps, rep))),
      this.#gone(say("machine_tensions_gone"), theirs.filter((one) => !matching(tensions.map((set) => set.tension), one))),
    );
  }

  #gone(text, list) {
    if (!list.length) return null;
    return el("p", { className: "quiet" }, text, " ", list.map((one) => `${clock(one.start_s)}–${clock(one.end_s)}`).join(", "));
  }

  #table(caption, rows, valueName, deletes) {
    if (!rows.length) return el("p", { className: "quiet" }, say("none_of", { what: caption }));
    const names = [say("when"), say("took"), valueName, say("machine"), ""];
    const head = names.map((name) => (name ? el("th", { scope: "col" }, name) : el("td", {})));
    return el("div", { className: "scroll", tabindex: "0", role: "group", "aria-label": caption }, el("table", { className: "marks-table" },
      el("caption", {}, caption), el("thead", {}, el("tr", {}, head)),
      el("tbody", {}, rows.map(([mark, value, machine]) => this.#row(mark, value, machine, deletes)))));
  }

  #row(mark, value, machine, deletes) {
    const what = nameOf(mark);
    const choose = button(`${mark.rep ?? mark.set}: ${clock(mark.start_s)}`, () => {
      this.state.choose(mark.key);
      this.state.jump(mark.start_s);
    }, { "data-key": `choose-${mark.key}`, "aria-label": say("choose_mark", { what, time: clock(mark.start_s) }), "aria-pressed": String(this.state.chosen === mark.key) });
    const remove = button("×", () => this.corrections.make(
      deletes, mark.kind === "rep" ? { rep: mark.rep } : { set: mark.set }, say("did.delete", { what }),
    ), { "data-key": `delete-${mark.key}`, "aria-label": say("delete_what", { what }), title: say("delete_what", { what }) });
    return el("tr", { className: this.state.chosen === mark.key ? "chosen" : "" },
      el("td", {}, choose), el("td", { className: "number" }, seconds(mark.end_s - mark.start_s)),
      el("td", { className: "number" }, value), el("td", { className: "quiet" }, machine), el("td", {}, remove));
  }

  #variants(form) {
    const glide = form.elements.exercise.value === "nerve_glide";
    form.elements.variant.closest("div").hidden = !glide;
  }

  #setExercise(form) {
    const exercise = form.elements.exercise.value;
    const variant = exercise === "nerve_glide" ? form.elements.variant.value || null : null;
    const what = [words.exercise(exercise), variant && words.variant(variant)].filter(Boolean).join(", ");
    this.corrections.make("exercise", { exercise, variant }, say("did.exercise", { what }));
  }

  #exchangeSide() {
    const side = this.state.data.report.side === "left" ? "right" : "left";
    this.corrections.make("side", { side }, say("did.side", { side: words.side(side) }));
  }
}
