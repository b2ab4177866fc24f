"use strict";
(function () {
  const place = document.getElementById("chart");
  const figure = JSON.parse(document.getElementById("figure").textContent);
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
  const video = document.querySelector("video");
  for (const button of document.querySelectorAll("button[data-start]")) {
    button.hidden = !video;
    button.addEventListener("click", function () {
      video.currentTime = Math.max(Number(button.dataset.start) - 0.5, 0);
      video.scrollIntoView({ block: "center" });
      video.play();
    });
  }
})();
