"use strict";
(function () {
  const links = document.getElementById("batch");
  const order = window.posecheckOrder;
  // A page that was passed on alone has nothing to link to.
  if (!Array.isArray(order)) { links.hidden = true; return; }
  // Clips with the same content have one report; it stands where the first of them does.
  const seen = new Set();
  const pages = order.filter(([address]) => !seen.has(address) && seen.add(address));
  const own = pages.findIndex(([address]) => address === links.dataset.address);
  function lead(id, page) {
    if (own < 0 || !page) return;
    const link = document.getElementById(id);
    link.href = "../" + page[0].slice(2); // without its ./
    link.title = page[1];
    link.querySelector("bdi").textContent = page[1];
    link.hidden = false;
  }
  lead("batch-before", pages[own - 1]);
  lead("batch-after", pages[own + 1]);
})();
