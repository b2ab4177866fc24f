"use strict";
(function () {
  const CLIP = 0, OUTCOME = 1, KNEE = 6, REMARK = 8, PERSON = 9, DAY = 10, LINK = 11, CURVE = 12, NAMES = 13,
    PEAK = 14;
  const CELLS = [
    // column, style, unit
    [PERSON, "person", ""], [DAY, "day", ""], [OUTCOME, "verdict", ""], [2, "mark figure", ""],
    [3, "leg", ""], [4, "movement", ""], [5, "reps figure", ""], [KNEE, "knee figure", "°"],
    [PEAK, "peak figure", "°"],
    [CURVE, "curve", ""], [REMARK, "remarks", ""],
  ];
  const AT_ONCE = 100;
  // What needs looking at comes first.
  const URGENCY = { failed: 0, ungradable: 1, needs_work: 2, pass: 3 };
  const SVG = "http://www.w3.org/2000/svg";

  const byId = (id) => document.getElementById(id);
  const rows = JSON.parse(byId("rows").textContent);
  const words = JSON.parse(byId("words").textContent);
  const list = byId("list"), more = byId("more"), search = byId("search");
  const body = list.querySelector("tbody");
  const headers = Array.from(list.querySelectorAll("th[data-column]"));
  const filters = Array.from(document.querySelectorAll("button[data-outcome]"));
  const names = Object.fromEntries(headers.map((th) => [th.dataset.column, th.textContent.trim()]));
  const haystacks = rows.map((row) =>
    // What is shown, and what the tables call it: "Done well" and pass.
    [row[CLIP], words.outcomes[row[OUTCOME]], row[OUTCOME], row[3], row[4], row[REMARK], row[PERSON], row[DAY],
      day(row[DAY]), row[NAMES]]
      .filter(Boolean).join("\n").toLowerCase());
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  let order = rows.map((_, i) => i); // all rows, as sorted
  let shown = order; // those that match
  let sorted = null; // {column, down}

  function filled(phrase, values) {
    return phrase.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function day(text) { // rows hold it so that it sorts
    const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text || "");
    return parts ? filled(words.day, { year: parts[1], month: parts[2], day: parts[3] }) : text;
  }

  function make(name, style, text) {
    const element = document.createElement(name);
    if (style) element.className = style;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function drawn(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (parent) parent.append(element);
    return element;
  }

  function sign(outcome) {
    const box = make("span", "sign " + outcome);
    const svg = drawn("svg", { "aria-hidden": "true" });
    drawn("use", { href: "#sign-" + outcome }, svg);
    box.append(svg, make("span", "", words.outcomes[outcome]));
    return box;
  }

  function height(angle) { // of 48, 120° at the top
    return (44 - Math.min(Math.max(angle, -10), 120) / 120 * 42).toFixed(1);
  }

  function chart(letters, tension) {
    let path = "", pen = false, low = Infinity, high = -Infinity;
    for (let i = 0; i < letters.length; i++) {
      const level = words.letters.indexOf(letters[i]);
      if (level < 0) { pen = false; continue; }
      const angle = words.lowest + words.step * level;
      low = Math.min(low, angle);
      high = Math.max(high, angle);
      const x = (150 * (i + 0.5) / letters.length).toFixed(1);
      // A lone point is drawn as a dot.
      path += (pen ? "L" : "M") + x + " " + height(angle) + (pen ? "" : "h.01");
      pen = true;
    }
    if (!path) return null;
    const about = filled(words.between, { low: Math.round(low), high: Math.round(high) });
    const svg = drawn("svg", { viewBox: "0 0 150 48", preserveAspectRatio: "none", role: "img", "aria-label": about });
    drawn("title", {}, svg).textContent = about;
    drawn("line", { class: "floor", x1: 0, x2: 150, y1: height(0), y2: height(0) }, svg);
    if (tension !== null) drawn("line", { x1: 0, x2: 150, y1: height(tension), y2: height(tension) }, svg);
    drawn("path", { d: path }, svg);
    return svg;
  }

  function named(row) {
    const cell = make("td", "name");
    const name = row[CLIP] || words.no_name;
    const inner = make(row[LINK] ? "a" : "span", "clamp", name);
    inner.title = name;
    if (row[LINK]) inner.href = row[LINK];
    inner.dir = "auto";
    cell.append(inner);
    return cell;
  }

  function line(row) {
    const tr = make("tr");
    tr.setAttribute("role", "row");
    tr.append(named(row));
    for (const [column, style, unit] of CELLS) {
      const cell = make("td", style);
      const value = row[column];
      if (column === OUTCOME) cell.append(sign(value));
      else if (column === CURVE) {
        const svg = chart(value, row[KNEE]);
        if (svg) cell.append(svg);
      } else if (column === REMARK) {
        if (value) { const text = make("span", "clamp", value); text.title = value; cell.append(text); }
      } else if (value !== null) {
        const shown = column === DAY ? day(value) : column === KNEE || column === PEAK ? Math.round(value) : value;
        cell.textContent = shown + unit;
        cell.dataset.name = names[column];
      }
      tr.append(cell);
    }
    for (const cell of tr.children) cell.setAttribute("role", "cell");
    return tr;
  }

  function append() {
    const start = body.childElementCount;
    const part = document.createDocumentFragment();
    for (const i of shown.slice(start, start + AT_ONCE)) part.append(line(rows[i]));
    body.append(part);
    more.hidden = body.childElementCount >= shown.length;
  }

  function filter() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcomes = new Set(filters.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.outcome));
    shown = order.filter((i) =>
      (!outcomes.size || outcomes.has(rows[i][OUTCOME])) && wanted.every((word) => haystacks[i].includes(word)));
    const all = rows.length.toLocaleString(words.language);
    byId("matches").textContent = shown.length === rows.length
      ? filled(rows.length === 1 ? words.all_one : words.all, { number: all })
      : filled(words.some, { number: shown.length.toLocaleString(words.language), all });
    body.replaceChildren();
    append();
  }

  function compare(a, b, column) {
    if (column === OUTCOME) return URGENCY[a] - URGENCY[b];
    return typeof a === "number" ? a - b : collator.compare(a, b);
  }

  function sort(column) {
    const down = sorted !== null && sorted.column === column && !sorted.down;
    sorted = { column, down };
    const known = [], unknown = [];
    for (let i = 0; i < rows.length; i++) {
      const value = rows[i][column];
      (value === null || value === "" ? unknown : known).push(i);
    }
    const way = down ? -1 : 1;
    known.sort((i, j) => way * compare(rows[i][column], rows[j][column], column) || i - j);
    order = known.concat(unknown); // the unknown are last either way
    for (const th of headers) {
      if (Number(th.dataset.column) === column) th.setAttribute("aria-sort", down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    filter();
  }

  for (const th of headers) {
    const button = th.querySelector("button");
    if (button) button.addEventListener("click", () => sort(Number(th.dataset.column)));
  }
  for (const button of filters) {
    button.addEventListener("click", function () {
      button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
      filter();
    });
  }
  search.addEventListener("input", filter);
  more.addEventListener("click", append);
  new IntersectionObserver(function (seen) {
    if (seen.some((entry) => entry.isIntersecting) && !more.hidden) append();
  }, { rootMargin: "600px" }).observe(more);
  const table = list.querySelector("table");
  table.classList.toggle("no-person", !rows.some((row) => row[PERSON]));
  table.classList.toggle("no-day", !rows.some((row) => row[DAY]));
  table.classList.toggle("no-peak", !rows.some((row) => row[PEAK] !== null));
  list.hidden = false;
  filter();
})();
