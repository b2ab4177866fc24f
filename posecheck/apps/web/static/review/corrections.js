// What a therapist puts right: it is sent, and the report that follows from it is shown.
//
// Whoever changes a clip that somebody else has changed since is told so; nothing of one's own is
// sent then, but it may be done again once the newest is on the page.

import { send } from "../forms.js";
import { button, byId, el, render, speak } from "./dom.js";
import { moment, say } from "./words.js";

export class Corrections {
  constructor(state) {
    this.state = state;
    this.dialog = byId("conflict");
    this.waits = Promise.resolve(); // one after the other: each has the revision of the one before
    this.unsent = null;
    this.under_way = null; // {what, sent}: the newest correction, until it has been answered
    byId("undo").addEventListener("click", () => this.undo());
    byId("redo").addEventListener("click", () => this.redo());
    byId("conflict-load").addEventListener("click", () => this.#loadNewest());
    this.dialog.addEventListener("cancel", (event) => event.preventDefault()); // one decides here
    state.addEventListener("data", () => this.#show());
  }

  /** Sends a correction; `said` is what it does, in words. Resolves to whether it was kept. */
  make(kind, values, said) {
    const what = JSON.stringify([kind, values]);
    if (this.under_way?.what === what) return this.under_way.sent; // a double click
    const about = this.#about(kind, values);
    const sent = this.#queued({
      said, about, address: "corrections", body: () => ({ kind, values: this.#aimed(about, values) }),
    });
    const one = { what, sent };
    this.under_way = one;
    const over = () => {
      if (this.under_way === one) this.under_way = null;
    };
    sent.then(over, over);
    return sent;
  }

  undo() {
    return this.#back("undo", "can_undo", say("undone"));
  }

  redo() {
    return this.#back("redo", "can_redo", say("redone"));
  }

  /** Undoes or does again, if there is something by the time that it is its turn. */
  #back(address, possible, done) {
    const may = () => this.state.data[possible];
    return this.#queued({ said: say(address), address, body: () => ({}), may, done });
  }

  #queued(action) {
    const sent = this.waits.then(() => this.#send(action));
    this.waits = sent.catch(() => false);
    return sent;
  }

  async #send(action) {
    if (this.dialog.open) return false; // made before one knew
    if (action.may && !action.may()) return false;
    const { id, data } = this.state;
    byId("review").setAttribute("aria-busy", "true");
    try {
      const values = action.body();
      if (values.values === null) throw new Error(say("is_gone"));
      const body = { revision: data.clip.revision, ...values };
      this.state.take(await send("POST", `/api/clips/${id}/${action.address}`, body));
      this.#forget();
      speak(action.done ?? say("kept", { what: action.said }));
      return true;
    } catch (error) {
      if (error.status === 409 && error.value?.detail?.revision !== undefined) this.#conflict(action, error.value.detail);
      else speak(error.message, "error");
      this.state.take(this.state.data); // what was shown of it goes back
      return false;
    } finally {
      byId("review").removeAttribute("aria-busy");
    }
  }

  #conflict(action, detail) {
    this.unsent = action;
    const by = detail.by ?? say("somebody");
    const text = detail.at ? say("conflict_by", { by, at: moment(detail.at) }) : say("conflict_by_whom", { by });
    render(byId("conflict-what"), el("p", {}, text), el("p", {}, say("conflict_yours", { what: action.said })));
    this.dialog.showModal();
  }

  async #loadNewest() {
    try {
      await this.state.refresh();
    } catch (error) {
      byId("conflict-what").append(el("p", { className: "said" }, error.message));
      return undefined;
    }
    this.dialog.close();
    if (this.unsent.may) return this.#forget(); // it would undo what the other one has done
    const place = byId("unsent");
    render(
      place, el("p", {}, say("unsent", { what: this.unsent.said })),
      el("div", { className: "actions" },
        button(say("do_again"), () => this.#queued(this.unsent), { className: "" }),
        button(say("leave_it"), () => this.#forget())),
    );
    place.hidden = false;
    return place.querySelector("button").focus();
  }

  #forget() {
    this.unsent = null;
    byId("unsent").hidden = true;
    byId("unsent").replaceChildren();
  }

  /** What a correction is about, by its time: its number may have become that of another one. */
  #about(kind, { rep, set }) {
    const { reps, sets } = this.state.data.report;
    if (rep !== undefined) {
      const found = reps.find((one) => one.index === rep);
      return { list: "reps", name: "rep", start_s: found.start_s, end_s: found.end_s };
    }
    const tension = sets.find((one) => one.index === set)?.tension;
    if (set === undefined || !tension || !kind.startsWith("tension")) return null;
    return { list: "sets", name: "set", start_s: tension.start_s, end_s: tension.end_s };
  }

  /** The values for the report as it is now; null where what they are about is gone. */
  #aimed(about, values) {
    if (!about) return values;
    const shared = (one) => {
      const stretch = about.list === "sets" ? one.tension : one;
      if (!stretch) return 0;
      return Math.min(stretch.end_s, about.end_s) - Math.max(stretch.start_s, about.start_s);
    };
    const [best] = [...this.state.data.report[about.list]].sort((a, b) => shared(b) - shared(a));
    return best && shared(best) > 0 ? { ...values, [about.name]: best.index } : null;
  }

  #show() {
    byId("undo").disabled = !this.state.data.can_undo;
    byId("redo").disabled = !this.state.data.can_redo;
  }
}
