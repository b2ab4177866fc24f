// What the page says: its own sentences, the words of reports, numbers and times.

const page = JSON.parse(document.getElementById("review-page").textContent);
const language = document.documentElement.lang;
const asDay = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const formats = new Map();

/** What the page was given: its clips, the words of reports, and where rules show. */
export const given = page;

/** A sentence of the page by its name, with what stands in its braces. */
export function say(name, values = {}) {
  const text = page.words[name];
  if (text === undefined) throw new Error(`no words for ${name}`);
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** A number as the language writes it; a dash where it is unknown. */
export function number(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat(language, {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }));
  }
  const text = formats.get(digits).format(value);
  return text === formats.get(digits).format(-0) ? formats.get(digits).format(0) : text;
}

export const seconds = (t_s) => `${number(t_s, 2)} s`;
export const degrees = (deg) => (deg === null || deg === undefined ? "–" : `${number(deg)}°`);
export const moment = (iso) => asDay.format(new Date(iso));

/** A time of the clip: minutes, seconds, hundredths. */
export function clock(t_s) {
  const sign = t_s < -0.004 ? "−" : "";
  const hundredths = Math.round(Math.abs(t_s) * 100);
  const minutes = Math.floor(hundredths / 6000);
  const rest = number((hundredths % 6000) / 100, 2);
  return `${sign}${minutes}:${hundredths % 6000 < 1000 ? "0" : ""}${rest}`;
}

/** A measured value in its unit. */
export function measured(value, unit) {
  const digits = unit === "deg" ? 0 : 2;
  return `${number(value, digits)}${page.report.units[unit] ?? ` ${unit}`}`;
}

const named = (table, name) => page.report[table][name] ?? name;

export const title = (rule) => named("titles", rule);
export const verdict = (name) => (name ? named("verdicts", name) : say("unknown"));
export const variant = (name) => (name ? named("variants", name) : say("none"));
export const exercise = (name) => (name ? named("exercises", name) : say("none"));
export const side = (name) => (name ? named("sides", name) : say("none"));
export const severity = (name) => named("severities", name);
export const phase = (name, of) => (page.report.phases[of] ?? page.report.phases.nerve_glide)[name];
