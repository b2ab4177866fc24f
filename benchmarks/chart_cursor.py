"""How quickly the review page moves the cursor of its chart, under the room's own strict policy.

usage: python -m benchmarks.chart_cursor [--moves N]

A room is served, and its chart is made in Debian's chromium with the curves of a clip of 20 s, and
of 10 minutes. The cursor is moved from frame to frame, each time with the layout that follows;
beside it the same by plotly, which a page of reports has, on a page without any policy. Prints
Markdown; exit code 1 where the policy was broken, or a move takes more than a tenth of a frame.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.web_process import RoomProcess
from benchmarks.web_room import sign_in
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import DONE, Clip, Patient, now
from posecheck.present.html_pages import plotly

FRAMES = {"20 s": 500, "10 min": 15_000}  # at 25 frames a second
PLOTLY_MOVES = 50
MOST_MS = 4.0  # a tenth of the time of a frame at 25 a second
_CURVES = """(frames) => {
  const wave = (far, slow) => Array.from({ length: frames }, (_, i) => far * Math.sin(i / slow));
  const [hip, knee, ankle] = [wave(5, 90), wave(40, 30), wave(20, 12)];
  const band = (curve) => [curve.map((deg) => deg + 4), curve.map((deg) => deg - 4)];
  const x = Array.from({ length: frames }, (_, i) => i / 25);
  return [x, hip, knee, ankle, ...band(hip), ...band(knee), ...band(ankle)];
}"""
_OURS = f"""async ([frames, moves]) => {{
  const {{ Chart }} = await import("/static/review/chart.js");
  const place = document.createElement("div");
  place.className = "chart";
  document.getElementById("content").prepend(place);
  const chart = new Chart(place, 260);
  chart.take({{ values: ({_CURVES})(frames), runs: [], tensions: [], findings: [] }});
  await new Promise(requestAnimationFrame);
  const begun = performance.now();
  for (let i = 0; i < moves; i += 1) {{
    chart.setCursor((i * 7) % frames);
    place.getBoundingClientRect();
  }}
  const took = (performance.now() - begun) / moves;
  place.remove();
  return took;
}}"""
_PLOTLY = f"""async ([frames, moves]) => {{
  const [x, ...curves] = ({_CURVES})(frames);
  const place = document.createElement("div");
  document.body.append(place);
  const line = (at) => [{{ type: "line", x0: at, x1: at, y0: 0, y1: 1, yref: "paper" }}];
  const drawn = curves.map((y) => ({{ x, y, mode: "lines" }}));
  await Plotly.newPlot(place, drawn, {{ shapes: line(0) }});
  const begun = performance.now();
  for (let i = 0; i < moves; i += 1) {{
    await Plotly.relayout(place, {{ shapes: line(x[(i * 7) % frames]) }});
    place.getBoundingClientRect();
  }}
  return (performance.now() - begun) / moves;
}}"""


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--moves", type=int, default=1000)
    moves = parser.parse_args().moves
    with tempfile.TemporaryDirectory(prefix="posecheck-chart-") as folder:
        settings = Settings(Path(folder))
        with contextlib.closing(Room.opened(settings)) as room:
            room.database.migrate()
            cookies = sign_in(room, 1)
            clip_id = _clip(room)
        served = RoomProcess(settings.data, settings.database_url)
        served.start()
        try:
            return _measure(served.address, cookies, clip_id, moves)
        finally:
            served.end()


def _clip(room: Room) -> int:
    """Add a clip without files: its page has the chart's scripts and the policy."""
    with room.database.writing() as session:
        patient = Patient(name="Chart", search_name="chart")
        session.add(patient)
        session.flush()
        clip = Clip(
            patient_id=patient.id, sha256="0" * 64, name="clip.mp4", size=1, state=DONE,
            recorded_at=now(), has_video=False,
        )  # fmt: skip
        session.add(clip)
        session.flush()
        return clip.id


def _measure(address: str, cookies: dict[str, str], clip_id: int, moves: int) -> int:
    broken: list[str] = []
    print("| clip | this chart, ms a move | plotly, ms a move |\n|---|---|---|")
    slowest = 0.0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=address)
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        tab, bare = context.new_page(), browser.new_page()
        tab.on("console", lambda message: _policy(message.text, broken))
        tab.goto(f"/clips/{clip_id}")
        bare.set_content("<body></body>")
        bare.evaluate(plotly())
        for length, frames in FRAMES.items():
            ours = float(tab.evaluate(_OURS, [frames, moves]))
            theirs = float(bare.evaluate(_PLOTLY, [frames, PLOTLY_MOVES]))
            print(f"| {length}, {frames:,} frames | {ours:.3f} | {theirs:.1f} |")
            slowest = max(slowest, ours)
        browser.close()
    print(f"\n{moves:,} moves each; complaints about the policy: {len(broken)}.")
    return 1 if broken or slowest > MOST_MS else 0


def _policy(text: str, broken: list[str]) -> None:
    if "Content Security Policy" in text or "Content-Security-Policy" in text:
        broken.append(text)


if __name__ == "__main__":
    raise SystemExit(main())
