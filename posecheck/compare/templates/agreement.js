"use strict";
(function () {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const small = window.matchMedia("(max-width: 40rem)").matches;
  for (const name of Object.keys(charts)) {
    const place = document.getElementById(name);
    if (!place || !charts[name]) continue;
    // On a phone a finger on the chart scrolls the page instead of zooming.
    charts[name].layout.dragmode = small ? false : "zoom";
    window.Plotly.newPlot(place, charts[name].data, charts[name].layout, {
      responsive: true,
      displaylogo: false,
      displayModeBar: false,
    });
  }
})();
