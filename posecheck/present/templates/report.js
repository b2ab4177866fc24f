"use strict";
(function () {
  const place = document.getElementById("chart");
  const figure = JSON.parse(document.getElementById("figure").textContent);
  const video = document.querySelector("video");
  if (window.Plotly) {
    const small = window.matchMedia("(max-width: 40rem)").matches;
    // On a phone a finger on the chart scrolls the page instead of zooming.
    figure.layout.dragmode = small ? false : "zoom";
    for (const phase of figure.phases) {
      const room = phase.share * (place.clientWidth - 60);
      if (room > 8 * phase.note.text.length) figure.layout.annotations.push(phase.note);
    }
    window.Plotly.newPlot(place, figure.data, figure.layout, {
      responsive: true,
      displaylogo: false,
      displayModeBar: false,
    });
    window.addEventListener("beforeprint", function () {
      window.Plotly.Plots.resize(place);
    });
  } else {
    place.textContent = place.dataset.missing;
  }
  if (!video) return;

  // When each frame of the video is shown: its file's own stamps, of which none is computed.
  const table = JSON.parse(document.getElementById("moments").textContent);
  const times = [];
  let ticks = 0;
  for (const step of table.steps) times.push((ticks += step) / table.ticks_per_s);
  const last = times.length - 1;
  const jumps = document.querySelectorAll("button.jump");
  const player = document.getElementById("player");
  const plot = place.parentElement;
  const cursor = document.getElementById("cursor");
  const said = player.querySelector("output");

  function giveUp() {
    for (const button of jumps) button.replaceWith(button.textContent);
    player.hidden = cursor.hidden = true;
    document.getElementById("no-video").hidden = false;
    document.getElementById("how").hidden = true;
    plot.classList.remove("leads");
  }
  if (video.error || video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE || last < 0) {
    giveUp();
    return;
  }

  function frameBefore(t) {
    // The last frame that begins no later, by halving.
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= t) low = middle;
      else high = middle - 1;
    }
    return low;
  }
  function frameNearest(t) {
    const i = frameBefore(t);
    return i < last && times[i + 1] - t < t - times[i] ? i + 1 : i;
  }
  function middleOf(i) {
    // Rounding of a player's clock can never lead to a neighbour from there.
    if (i < last) return (times[i] + times[i + 1]) / 2;
    const end = video.duration > times[last] ? video.duration : times[last] + 0.02;
    return (times[last] + end) / 2;
  }

  let shown = 0; // the frame that is in the picture
  let wanted = -1; // the one that is on its way there
  let sought = -1; // the one that the player was asked for
  function now() {
    return wanted < 0 ? shown : wanted;
  }

  function axis() {
    const layout = place._fullLayout;
    return layout && layout.xaxis && layout._size ? layout : null;
  }
  function draw() {
    const i = now();
    const text = table.at
      .replace("{time}", times[i].toFixed(3).replace(".", table.decimal))
      .replace("{number}", String(i + 1))
      .replace("{total}", String(last + 1));
    said.textContent = text;
    cursor.setAttribute("aria-valuenow", times[i].toFixed(3));
    cursor.setAttribute("aria-valuetext", text);
    const layout = axis();
    if (!layout) return;
    const x = layout.xaxis.d2p(times[i]);
    const inside = x >= -0.5 && x <= layout.xaxis._length + 0.5;
    cursor.style.opacity = inside ? "" : "0";
    cursor.style.transform = "translateX(" + (layout.xaxis._offset + x) + "px)";
  }
  function lay() {
    const layout = axis();
    cursor.hidden = !layout;
    if (!layout) return;
    cursor.style.top = layout._size.t + "px";
    cursor.style.height = layout._size.h + "px";
    draw();
  }

  function go() {
    // One at a time: a player that is asked anew while it seeks shows nothing until the last.
    if (wanted < 0 || video.seeking || video.readyState === 0) return;
    sought = wanted;
    video.currentTime = middleOf(wanted);
  }
  function seek(i) {
    wanted = Math.min(Math.max(i, 0), last);
    draw();
    go();
  }
  function step(by) {
    video.pause();
    seek(now() + by);
  }
  function arrived(t) {
    if (wanted >= 0) return;
    shown = frameBefore(t + 0.5 / table.ticks_per_s);
    draw();
  }
  video.addEventListener("loadedmetadata", go);
  video.addEventListener("seeked", function () {
    if (wanted >= 0 && wanted !== sought) {
      go();
    } else {
      if (wanted >= 0) shown = wanted;
      wanted = -1;
      draw();
    }
  });
  if (video.requestVideoFrameCallback) {
    const next = function (_, frame) {
      arrived(frame.mediaTime);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  } else {
    const look = function () {
      if (!video.seeking) arrived(video.currentTime);
      if (!video.paused) window.requestAnimationFrame(look);
    };
    for (const name of ["play", "pause", "seeked"]) video.addEventListener(name, look);
  }

  function timeAt(event) {
    const layout = axis();
    if (!layout) return NaN;
    const x = event.clientX - place.getBoundingClientRect().left - layout.xaxis._offset;
    const room = layout.xaxis._length;
    return layout.xaxis.p2d(Math.min(Math.max(x, 0), room));
  }
  function inPlot(event) {
    const layout = axis();
    if (!layout || !place.contains(event.target)) return false;
    const box = place.getBoundingClientRect();
    const x = event.clientX - box.left - layout._size.l;
    const y = event.clientY - box.top - layout._size.t;
    return x >= 0 && x <= layout._size.w && y >= 0 && y <= layout._size.h;
  }
  let held = null; // what draws along the chart
  plot.addEventListener("pointerdown", function (event) {
    if (event.button !== 0 || event.shiftKey || !event.isPrimary || !inPlot(event)) return;
    held = event.pointerId;
    // A finger may be about to scroll the page: it counts when it moves along, or is lifted.
    if (event.pointerType !== "touch") seek(frameNearest(timeAt(event)));
    plot.setPointerCapture(held);
  });
  plot.addEventListener("pointermove", function (event) {
    if (event.pointerId === held) seek(frameNearest(timeAt(event)));
  });
  plot.addEventListener("pointerup", function (event) {
    if (event.pointerId !== held) return;
    held = null;
    seek(frameNearest(timeAt(event)));
    cursor.focus({ preventScroll: true });
  });
  plot.addEventListener("pointercancel", function () {
    held = null;
  });
  for (const name of ["mousedown", "touchstart"]) {
    // Or the chart's library would zoom.
    plot.addEventListener(
      name,
      function (event) {
        if (!event.shiftKey && inPlot(event.touches ? pointOf(event) : event)) event.stopPropagation();
      },
      { capture: true, passive: true },
    );
  }
  function pointOf(event) {
    const { clientX, clientY } = event.touches[0];
    return { clientX, clientY, target: event.target };
  }
  plot.addEventListener("dblclick", function (event) {
    if (!inPlot(event)) return;
    window.Plotly.relayout(place, { "xaxis.range": [...figure.layout.xaxis.range], "yaxis.autorange": true });
  });

  for (const button of jumps) {
    button.disabled = false;
    button.addEventListener("click", function () {
      seek(frameNearest(Number(button.dataset.start)));
      player.scrollIntoView({ block: "nearest" });
      if (cursor.hidden) video.focus({ preventScroll: true });
      else cursor.focus({ preventScroll: true });
    });
  }
  for (const button of player.querySelectorAll("button[data-step]")) {
    button.addEventListener("click", function () {
      step(Number(button.dataset.step));
    });
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const at = event.target;
    const takes = (what) => at instanceof Element && at.closest(what) !== null;
    if (takes("input, select, textarea, [contenteditable]")) return;
    const onCursor = at === cursor;
    if (event.key === " ") {
      if (takes("button, summary, a, video")) return;
      if (video.paused) video.play();
      else video.pause();
    } else if (event.key === "ArrowLeft" || event.key === ",") {
      step(-1);
    } else if (event.key === "ArrowRight" || event.key === ".") {
      step(1);
    } else if (onCursor && event.key === "ArrowDown") {
      step(-1);
    } else if (onCursor && event.key === "ArrowUp") {
      step(1);
    } else if (onCursor && event.key === "Home") {
      seek(0);
    } else if (onCursor && event.key === "End") {
      seek(last);
    } else {
      return;
    }
    event.preventDefault();
  });

  video.addEventListener("error", giveUp);
  cursor.setAttribute("aria-valuemin", times[0].toFixed(3));
  cursor.setAttribute("aria-valuemax", times[last].toFixed(3));
  player.querySelector(".steps").hidden = false;
  document.getElementById("how").hidden = !axis();
  lay();
  if (axis()) place.on("plotly_afterplot", lay);
})();
