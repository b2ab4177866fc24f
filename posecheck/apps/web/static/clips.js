// Lists of clips that stay up to date: of a patient, and of all.
//
// <div data-clips data-patient="7"></div>         a patient's, with two to choose for beside
// <div data-clips data-unseen="a-checkbox"></div>  of all, newest first
// The words are in <script type="application/json" id="clip-words"> (clip_words.html).

import { send } from "./forms.js";

const words = JSON.parse(document.getElementById("clip-words").textContent);
const script = words.script;
const language = document.documentElement.lang;
const asDay = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const asShare = new Intl.NumberFormat(language, { style: "percent" });

export const isActive = (line) => line.state === "waiting" || line.state === "running";
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** A new element with its text or children. */
export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null));
  return made;
}

function nameOf(line, withPatient) {
  const day = asDay.format(new Date(line.recorded_at));
  return withPatient ? `${line.patient}, ${day}` : day;
}

function badgeOf(line) {
  if (line.state === "done" && line.verdict) {
    return element("span", `badge ${line.verdict}`, words.verdicts[line.verdict] ?? line.verdict);
  }
  return element("span", `badge ${line.state}`, script[line.state]);
}

function factsOf(line) {
  if (line.state !== "done" || !line.verdict) return line.name;
  const facts = [words.names[`exercises.${line.exercise}.title`] ?? line.exercise ?? script.no_exercise];
  if (line.variant) facts.push(words.variants[line.variant] ?? line.variant);
  if (line.side) facts.push(words.names[`sides.${line.side}`]);
  facts.push(fill(script.reps, { count: line.reps }));
  if (line.score !== null) facts.push(fill(script.score, { score: line.score }));
  if (line.symptoms_before !== null || line.symptoms_after !== null) {
    const before = line.symptoms_before ?? script.unknown;
    facts.push(fill(script.symptoms, { before, after: line.symptoms_after ?? script.unknown }));
  }
  return facts.join(" · ");
}

function progressOf(line) {
  const stage = script[line.stage] ?? script.running;
  const bar = element("progress");
  bar.max = 1;
  bar.value = line.progress;
  bar.setAttribute("aria-label", stage);
  const text = element("span", "quiet", ` ${asShare.format(line.progress)} ${stage}`);
  return element("p", "", bar, text);
}

function tryAgain(line, changed) {
  const button = element("button", "plain", script.try_again);
  button.type = "button";
  button.dataset.post = `/api/clips/${line.id}/grade`;
  button.addEventListener("done", (event) => {
    event.preventDefault();
    changed(event.detail);
  });
  return element("div", "actions", button);
}

/** The item of a clip. `changed` is called with the line that a button has led to. */
export function itemOf(line, { withPatient, changed, choose }) {
  const link = element("a", "", nameOf(line, withPatient));
  link.href = `/clips/${line.id}`;
  const head = element(
    "div", "head", link, badgeOf(line),
    line.corrected ? element("span", "badge corrected", script.corrected) : null,
    line.state === "done" && !line.seen ? element("span", "badge new", script.new) : null,
  );
  const body = element("div", "", head, element("p", "quiet", factsOf(line)));
  if (line.faults.length) {
    body.append(element("p", "", line.faults.map((rule) => words.titles[rule] ?? rule).join(", ")));
  }
  if (line.state === "running") body.append(progressOf(line));
  if (line.error) body.append(element("p", "why", line.error));
  if (line.state === "failed" && line.has_video) body.append(tryAgain(line, changed));
  const item = element("li", "", body);
  item.dataset.clip = line.id;
  item.dataset.line = JSON.stringify(line);
  if (choose && line.state === "done") item.append(choose(line));
  return item;
}

/** Puts the item of a line where the older one is, without taking the focus away. */
export function replaceItem(list, item) {
  const old = list.querySelector(`[data-clip="${item.dataset.clip}"]`);
  if (!old) return false;
  if (old.dataset.line === item.dataset.line) return true;
  const focused = old.contains(document.activeElement) ? document.activeElement.tagName : null;
  old.replaceWith(item);
  if (focused) (item.querySelector(focused.toLowerCase()) ?? item.querySelector("a")).focus();
  return true;
}

const spoken = element("p", "unheard");
spoken.setAttribute("role", "status");
document.getElementById("content").append(spoken);

/** Says a sentence to those who listen. */
export function speak(sentence) {
  spoken.textContent = sentence;
}

const followed = new Map(); // by patient: who wants to know

/** Follows what changes: `now(changes)` on connecting, `change(one)` afterwards. */
export function follow(patient, now, change) {
  const known = followed.get(patient);
  if (known) {
    known.push({ now, change });
    return;
  }
  const followers = [{ now, change }];
  followed.set(patient, followers);
  let source = null;
  const listen = () => {
    source?.close();
    source = null;
    if (document.hidden) return; // a browser has few connections for all its tabs
    source = new EventSource(patient ? `/api/events?patient=${patient}` : "/api/events");
    source.addEventListener("now", ({ data }) => followers.forEach((one) => one.now(JSON.parse(data))));
    source.addEventListener("message", ({ data }) => followers.forEach((one) => one.change(JSON.parse(data))));
    source.addEventListener("error", () => {
      // A refusal (signed out) is not tried again by the browser.
      if (source?.readyState === EventSource.CLOSED) speak(script.lost);
    });
  };
  listen();
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
}

class ClipList {
  constructor(place) {
    this.patient = place.dataset.patient ?? null;
    this.unseen = place.dataset.unseen ? document.getElementById(place.dataset.unseen) : null;
    this.lines = new Map();
    this.next = null;
    this.chosen = [];
    this.list = element("ul", "clips");
    this.none = element("p", "quiet");
    this.more = element("button", "plain", script.more);
    this.more.type = "button";
    this.more.addEventListener("click", () => this.load(this.next));
    place.replaceChildren(this.none, this.list, this.more);
    if (this.patient) place.append((this.foot = element("div", "beside")));
    this.unseen?.addEventListener("change", () => this.anew());
    this.anew();
    follow(this.patient, (changes) => this.now(changes), (change) => this.change(change));
  }

  anew() {
    this.lines.clear();
    this.list.replaceChildren();
    return this.load(null);
  }

  async load(before) {
    const query = new URLSearchParams();
    if (this.patient) query.set("patient", this.patient);
    if (before) query.set("before", before);
    if (this.unseen?.checked) {
      query.set("unseen", "true");
      query.set("state", "done");
    }
    let page;
    try {
      page = await send("GET", `/api/clips?${query}`);
    } catch (error) {
      this.none.textContent = error.message;
      this.none.hidden = false;
      return;
    }
    const first = this.lines.size === 0;
    for (const line of page.clips) this.put(line, before !== null || first);
    if (before !== null || first) this.next = page.next;
    this.show();
  }

  put(line, atEnd) {
    const known = this.lines.has(line.id);
    this.lines.set(line.id, line);
    const item = itemOf(line, {
      withPatient: !this.patient,
      changed: (now) => {
        this.put(now, false);
        speak(script.tries_again);
      },
      choose: this.patient ? (one) => this.choice(one) : null,
    });
    if (known && replaceItem(this.list, item)) return;
    if (atEnd) this.list.append(item);
    else this.insert(item, line);
  }

  insert(item, line) {
    const when = this.patient ? "recorded_at" : "received_at";
    const after = [...this.list.children].find((other) => {
      const there = this.lines.get(Number(other.dataset.clip));
      return there && Date.parse(there[when]) <= Date.parse(line[when]);
    });
    this.list.insertBefore(item, after ?? null);
  }

  show() {
    this.more.hidden = this.next === null;
    this.none.hidden = this.lines.size > 0;
    this.none.textContent = this.patient ? script.none_of_patient : script.none_recent;
    if (this.foot) this.showChosen();
  }

  choice(line) {
    const box = element("input");
    box.type = "checkbox";
    box.checked = this.chosen.includes(line.id);
    box.setAttribute("aria-label", fill(script.choose, { clip: nameOf(line) }));
    box.addEventListener("change", () => {
      this.chosen = this.chosen.filter((id) => id !== line.id);
      if (box.checked) this.chosen.push(line.id);
      while (this.chosen.length > 2) this.uncheck(this.chosen.shift());
      this.showChosen();
    });
    return element("label", "choose", box, script.choose_short);
  }

  uncheck(id) {
    const box = this.list.querySelector(`[data-clip="${id}"] input`);
    if (box) box.checked = false;
  }

  showChosen() {
    const done = [...this.lines.values()].filter((line) => line.state === "done");
    this.foot.hidden = done.length < 2;
    if (this.chosen.length === 2) {
      const when = (id) => Date.parse(this.lines.get(id).recorded_at);
      const [earlier, later] = [...this.chosen].sort((a, b) => when(a) - when(b));
      const link = element("a", "button", script.beside);
      link.href = `/clips/${earlier}/beside/${later}`;
      this.foot.replaceChildren(link);
    } else {
      this.foot.replaceChildren(element("p", "quiet", script.choose_two));
    }
  }

  now(changes) {
    const active = new Set(changes.map((change) => change.clip));
    const stale = [...this.lines.values()].some((line) => isActive(line) && !active.has(line.id));
    if (stale || (this.patient && changes.some((change) => !this.lines.has(change.clip)))) this.soon();
    for (const change of changes) this.update(change);
  }

  change(change) {
    if (change.state === "deleted") return this.remove(change.clip);
    const line = this.lines.get(change.clip);
    const ended = change.state === "done" || change.state === "failed";
    if (line && ended) {
      const sentence = change.state === "done" ? script.now_done : script.now_failed;
      speak(fill(sentence, { clip: nameOf(line, !this.patient) }));
    }
    if (line && !ended) this.update(change);
    else this.soon(); // it is new here, or there is a verdict now
    return undefined;
  }

  update({ clip, state, progress, stage, error }) {
    const line = this.lines.get(clip);
    if (line) this.put({ ...line, state, progress, stage, error }, false);
  }

  remove(id) {
    this.lines.delete(id);
    this.chosen = this.chosen.filter((one) => one !== id);
    this.list.querySelector(`[data-clip="${id}"]`)?.remove();
    this.show();
  }

  /** Asks for the newest page again, once for many changes. */
  soon() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.load(null);
    }, 300);
  }
}

for (const place of document.querySelectorAll("[data-clips]")) new ClipList(place);
