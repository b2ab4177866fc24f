// What a chart is made of, from what is known of a clip; and what stands in for a chart.

import { el } from "./dom.js";
import { say } from "./words.js";

export const JOINTS = ["hip", "knee", "ankle"];
export const ANGLES = {
  hip: "hip_flexion_deg", knee: "knee_flexion_deg", ankle: "ankle_dorsiflexion_deg",
};

/** Neighbouring frames of one phase, as stretches of time. */
function runsOf(x, phases) {
  const runs = [];
  for (let i = 0; i < x.length; i += 1) {
    const last = runs.at(-1);
    if (last && last.phase === phases[i]) continue;
    if (last) last.to = x[i];
    runs.push({ phase: phases[i], from: x[i], to: x.at(-1) });
  }
  return runs;
}

/** What is drawn of a clip, its times from `zero_s` on. */
export function modelOf(data, zero_s = 0) {
  const { series, report } = data;
  const x = series.t_s.map((t_s) => t_s - zero_s);
  const band = (joint, sign) => series[ANGLES[joint]].map((deg, i) => {
    const half = series[`${joint}_uncertainty_deg`]?.[i];
    return deg === null || half === null || half === undefined ? null : deg + sign * half;
  });
  return {
    values: [
      x, ...JOINTS.map((joint) => series[ANGLES[joint]]),
      ...JOINTS.flatMap((joint) => [band(joint, 1), band(joint, -1)]),
    ],
    runs: runsOf(x, series.phase),
    tensions: report.sets.filter((set) => set.tension).map(({ tension }) => ({
      from: tension.start_s - zero_s, to: tension.end_s - zero_s, knee: tension.knee_flexion_deg,
    })),
    findings: report.findings.flatMap((finding) => (
      (finding.times ?? [[finding.start_s, finding.end_s]]).map(([from, to]) => (
        { from: from - zero_s, to: to - zero_s, severity: finding.severity }))
    )),
  };
}

/** A chart in a place; if its library was never fetched, a sentence, and all else works. */
export async function chartIn(place, height_px) {
  try {
    const { Chart } = await import("./chart.js");
    return new Chart(place, height_px);
  } catch (error) {
    console.error(error);
    place.replaceChildren(el("p", { className: "said" }, say("no_chart")));
    return new NoChart();
  }
}

/** Does nothing, where a chart cannot be drawn. */
class NoChart extends EventTarget {
  plot = null;

  whole = [0, 0];

  range = [0, 0];

  take() {}

  setCursor() {}

  setRange() {}

  zoomBy() {}

  toggle() {}

  xOf() {
    return 0;
  }
}
