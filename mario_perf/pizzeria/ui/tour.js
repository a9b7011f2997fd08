// The couriers, and the tour of the one that is chosen.

import * as api from "./api.js";
import { byId } from "./dom.js";
import { report } from "./news.js";
import { inStatus, learn } from "./orders.js";
import { showTickets } from "./ticket.js";

export const load = () => learn(api.tour(byId("courier").value));

export function begin() {
  byId("courier").addEventListener("change", () => {
    draw();
    report(load);
  });
}

export function draw() {
  const delivering = inStatus("delivering");
  meet(delivering.map((order) => order.delivery_person_id));
  const [chosen] = byId("courier").selectedOptions;
  byId("tour-title").textContent = `${chosen.text}'s tour`;
  showTickets(byId("tour"), delivering.filter((order) => order.delivery_person_id === chosen.value));
}

// Mario's own couriers are on the page. Others, such as a load test's, join them with the first order they carry.
function meet(carrying) {
  const { options } = byId("courier");
  const met = new Set([...options].map((option) => option.value));
  for (const courier of new Set(carrying)) if (!met.has(courier)) options.add(new Option(courier, courier));
}
