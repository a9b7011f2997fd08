// The kitchen's board: what waits, what is in the oven, what is ready.

import * as api from "./api.js";
import { byId } from "./dom.js";
import { inStatus, learnAll } from "./orders.js";
import { showTickets } from "./ticket.js";

let capacity = 5;

export async function load() {
  const [status] = await Promise.all([api.kitchen(), learnAll(api.activeOrders())]);
  ({ capacity } = status);
  drawOven();
}

export function draw() {
  for (const column of document.querySelectorAll("[data-status]")) showTickets(column, inStatus(column.dataset.status));
  drawOven();
}

function drawOven() {
  const cooking = inStatus("cooking").length;
  byId("oven-text").textContent = `Oven: ${cooking} of ${capacity}`;
  Object.assign(byId("oven-meter"), { max: capacity, value: cooking });
}
