// Loads what a page needs, or says why it cannot: the chart's library may not have been fetched.

import { byId } from "./dom.js";

const { script, missing } = byId("review").dataset;

import(script).catch((error) => {
  const said = byId("said");
  said.hidden = false;
  said.textContent = missing;
  console.error(error);
});
