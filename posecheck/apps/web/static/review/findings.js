// The verdict, how its score comes about, and what was found: confirmed, dismissed, or open.

import { button, byId, el, render } from "./dom.js";
import * as words from "./words.js";
import { clock, say } from "./words.js";

const keyOf = (finding) => `${finding.rule}@${finding.start_s}`;

/** The last correction of a kind that holds, of those that match. */
export function lastOf(data, kind, matches = () => true) {
  return data.corrections.filter((one) => (
    one.kind === kind && !one.undone && !one.dropped && matches(one.values))).at(-1) ?? null;
}

/** Who did something, and when. */
export const byWhom = (one) => say("by_at", { by: one.by || say("somebody"), at: words.moment(one.at) });

export class Findings {
  constructor(state, corrections) {
    Object.assign(this, { state, corrections });
    state.addEventListener("data", () => this.show());
    byId("agree").addEventListener("click", () => corrections.make("reviewed", {}, say("did.reviewed")));
    const form = byId("verdict-form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#override(form);
    });
  }

  show() {
    this.#verdict();
    this.#list();
    const { quality } = this.state.data.report;
    const notes = quality.notes.length ? quality.notes : [say("well_seen")];
    render(byId("quality"), el("ul", {}, notes.map((note) => el("li", {}, note))));
  }

  #verdict() {
    const { report, machine } = this.state.data;
    const { grade } = report;
    const override = lastOf(this.state.data, "verdict");
    const badge = el("span", { className: `badge large ${grade.verdict}` }, words.verdict(grade.verdict));
    const score = grade.score === null ? null : el("span", { className: "score" }, say("score_of", { score: grade.score }));
    const agreed = lastOf(this.state.data, "reviewed");
    const changed = machine.grade.verdict !== grade.verdict || machine.grade.score !== grade.score;
    const theirs = [words.verdict(machine.grade.verdict)];
    if (machine.grade.score !== null) theirs.push(say("score_of", { score: machine.grade.score }));
    render(
      byId("verdict"), el("p", { className: "verdict" }, badge, " ", score),
      override?.values.verdict ? el("p", { className: "quiet" }, say("overridden", { by: byWhom(override) }), " ", override.values.reason ? el("q", {}, override.values.reason) : "") : null,
      changed ? el("p", { className: "quiet" }, say("machine_says", { what: theirs.join(", ") })) : null,
      agreed ? el("p", { className: "quiet" }, say("agreed_by", { by: byWhom(agreed) })) : null,
      el("ul", {}, grade.reasons.map((reason) => el("li", {}, reason))),
      this.#arithmetic(grade),
    );
    const form = byId("verdict-form");
    form.elements.verdict.value = override?.values.verdict ?? "";
    form.elements.reason.value = override?.values.verdict ? override.values.reason ?? "" : "";
  }

  #arithmetic(grade) {
    if (grade.score === null || !grade.deductions?.length) return null;
    const row = (text, points) => el("tr", {}, el("td", {}, text), el("td", { className: "number" }, points));
    return el("details", {}, el("summary", {}, say("how_scored")), el("table", {}, el("tbody", {},
      row(say("score_start"), "100"),
      grade.deductions.map((line) => row(line.reason, `−${line.points}`)),
      row(el("strong", {}, say("score")), el("strong", {}, String(grade.score))))));
  }

  #override(form) {
    const verdict = form.elements.verdict.value || null;
    const reason = form.elements.reason.value.trim();
    if (verdict && !reason) {
      form.elements.reason.setCustomValidity(say("reason_needed"));
      form.elements.reason.reportValidity();
      form.elements.reason.addEventListener("input", () => form.elements.reason.setCustomValidity(""), { once: true });
      return;
    }
    const said = verdict ? say("did.verdict", { verdict: words.verdict(verdict) }) : say("did.verdict_back");
    this.corrections.make("verdict", { verdict, reason }, said);
  }

  #list() {
    const { report, machine } = this.state.data;
    const now = new Map(report.findings.map((finding) => [keyOf(finding), finding]));
    const all = [...report.findings, ...machine.findings.filter((finding) => !now.has(keyOf(finding)))];
    const { corrections } = this.state.data;
    const gone = corrections.filter((one) => ( // dismissed, and never the machine's
      one.kind === "finding" && one.values.dismissed && one.before.rule
        && this.#judged(one.values) === one && !all.some((finding) => this.#judged(finding) === one)));
    all.push(...gone.map((one) => one.before));
    all.sort((a, b) => a.start_s - b.start_s);
    const items = all.map((finding) => this.#item(finding, now.has(keyOf(finding))));
    render(byId("findings"), items.length ? el("ul", { className: "findings" }, items) : el("p", { className: "quiet" }, say("nothing_found")));
  }

  /** The last correction that confirms or dismisses a finding. */
  #judged(finding) {
    return lastOf(this.state.data, "finding", (values) => (
      values.rule === finding.rule && Math.abs(values.start_s - finding.start_s) < 0.01));
  }

  #item(finding, holds) {
    const judged = this.#judged(finding);
    const dismissed = judged?.values.dismissed === true;
    const times = finding.times ?? [[finding.start_s, finding.end_s]];
    const jumps = times.map(([from, to], i) => button(
      `${clock(from)}–${clock(to)}`, () => this.state.jump(from), {
        "data-key": `jump-${keyOf(finding)}-${i}`, "aria-label": say("jump_to", { what: words.title(finding.rule), time: clock(from) }),
      }));
    const limit = finding.limit === null || finding.measured === null ? null : say("measured", {
      measured: words.measured(finding.measured, finding.unit), limit: words.measured(finding.limit, finding.unit),
    });
    const state = dismissed || judged ? say(dismissed ? "dismissed_by" : "confirmed_by", { by: byWhom(judged) }) : holds ? null : say("no_longer");
    return el("li", { className: holds && !dismissed ? finding.severity : "gone" },
      el("p", {}, el("strong", {}, words.title(finding.rule)), " ",
        el("span", { className: "badge" }, words.severity(finding.severity))),
      el("p", { className: "quiet" }, [finding.message, limit].filter(Boolean).join(" ")),
      state ? el("p", { className: "state" }, state) : null,
      el("div", { className: "actions" }, jumps, this.#judge(finding, judged, holds, dismissed)));
  }

  #judge(finding, judged, holds, dismissed) {
    const judge = (name, value) => button(say(name), () => this.corrections.make(
      "finding", { rule: finding.rule, start_s: finding.start_s, dismissed: value },
      say(`did.${name}`, { what: words.title(finding.rule) }),
    ), { "data-key": `${name}-${keyOf(finding)}`, "aria-label": say(`${name}_what`, { what: words.title(finding.rule) }) });
    if (dismissed) return [judge("restore", false)];
    if (!holds) return [];
    return judged ? [judge("dismiss", true)] : [judge("confirm", false), judge("dismiss", true)];
  }
}
