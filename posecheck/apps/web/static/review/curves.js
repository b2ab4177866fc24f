// The chart of one clip's page: what is pointed at is shown, and the numbers of the frame.

import { ANGLES, chartIn, modelOf } from "./chart_model.js";
import { byId } from "./dom.js";
import { timeReadout } from "./transport.js";
import { degrees } from "./words.js";

const SPAN_PX = 6; // so far is dragged before it is a span

/** Makes the chart, and has it and the frame on the screen go together. */
export async function curvesOf(state) {
  const chart = await chartIn(byId("chart"), byId("chart").clientHeight || 260);
  state.addEventListener("data", () => {
    chart.take(modelOf(state.data));
    show(state, chart);
  });
  state.addEventListener("frame", () => show(state, chart));
  chart.addEventListener("range", () => {
    const [from, to] = chart.range;
    const [first, last] = chart.whole;
    byId("chart-all").disabled = to - from >= last - first - 1e-6;
  });
  byId("chart-in").addEventListener("click", () => chart.zoomBy(1.6, chart.xOf(state.t_s)));
  byId("chart-out").addEventListener("click", () => chart.zoomBy(1 / 1.6, chart.xOf(state.t_s)));
  byId("chart-all").addEventListener("click", () => chart.setRange(...chart.whole));
  for (const joint of Object.keys(ANGLES)) {
    const box = byId(`show-${joint}`);
    box.checked = true;
    box.addEventListener("change", () => chart.toggle(joint, box.checked));
  }
  return chart;
}

/** Has what is pointed at be shown, or marked with Shift. */
export function pointAt(state, chart, span) {
  let from_s = 0;
  chart.addEventListener("point", ({ detail }) => {
    const { t_s, stage, shift, moved_px } = detail;
    if (stage === "begin") {
      from_s = t_s;
      state.player.pause();
    }
    if (shift && moved_px > SPAN_PX) span.set(from_s, t_s);
    if (stage !== "end") state.seek(t_s);
  });
}

function show(state, chart) {
  const { row } = state;
  if (row < 0 || !state.player) return;
  chart.setCursor(row);
  const { series } = state.data;
  for (const [joint, name] of Object.entries(ANGLES)) {
    const half = series[`${joint}_uncertainty_deg`]?.[row];
    const value = series[name][row];
    const band = value === null || half === null || half === undefined ? "" : ` ± ${degrees(half)}`;
    byId(`value-${joint}`).textContent = `${degrees(value)}${band}`;
  }
  byId("at").textContent = timeReadout(state);
}
