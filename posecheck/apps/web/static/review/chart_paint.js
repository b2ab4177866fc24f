// What is painted behind and over the curves: phases, points of tension, findings.

const PHASES = ["extend", "hold", "glide", "lower"]; // rest stays blank

/** The colours of the page, light or dark, as the chart needs them. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const names = ["hip", "knee", "ankle", "ink", "quiet", "line", "good", "bad", "warn", "paper"];
  const found = Object.fromEntries(names.map((name) => [name, of(name)]));
  for (const phase of PHASES) found[phase] = of(`phase-${phase}`);
  return found;
}

/** Fills the phases, before anything else is drawn. */
export function paintPhases(u, model, colour) {
  const { ctx } = u;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  for (const { phase, from, to } of model.runs) {
    if (!PHASES.includes(phase)) continue;
    const a = Math.max(left, u.valToPos(from, "x", true));
    const b = Math.min(left + width, u.valToPos(to, "x", true));
    if (b <= a) continue;
    ctx.fillStyle = colour[phase];
    ctx.fillRect(a, top, b - a, height);
  }
  ctx.restore();
}

/** Draws the points of tension as thick lines where the knee was, and findings at the top. */
export function paintMarks(u, model, colour) {
  const { ctx } = u;
  const { left, top, width, height } = u.bbox;
  const fine = devicePixelRatio || 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const { from, to, knee } of model.tensions) {
    const [a, b] = [from, to].map((t) => u.valToPos(t, "x", true));
    ctx.fillStyle = colour.good;
    ctx.globalAlpha = 0.14;
    ctx.fillRect(a, top, b - a, height);
    ctx.globalAlpha = 1;
    if (knee === null) continue;
    const y = u.valToPos(knee, "y", true);
    ctx.strokeStyle = colour.good;
    ctx.lineWidth = 4 * fine;
    ctx.beginPath();
    ctx.moveTo(a, y);
    ctx.lineTo(b, y);
    ctx.stroke();
  }
  for (const { from, to, severity } of model.findings) {
    const [a, b] = [from, to].map((t) => u.valToPos(t, "x", true));
    ctx.fillStyle = severity === "fault" ? colour.bad : colour.warn;
    ctx.fillRect(a, top, Math.max(b - a, 2 * fine), 4 * fine);
    ctx.beginPath();
    ctx.moveTo(a - 5 * fine, top);
    ctx.lineTo(a + 5 * fine, top);
    ctx.lineTo(a, top + 11 * fine);
    ctx.fill();
  }
  ctx.restore();
}
