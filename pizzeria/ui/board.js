// The kitchen's board and the courier's tour, drawn from the orders that are known.

import * as api from "./api.js";
import { byId, element, redrawn } from "./dom.js";

const SHOWN = 30; // tickets a column: under a load test there are thousands
const PROMISED = 30; // minutes

const orders = new Map();
let meanwhile; // orders that changed while all of them were being loaded
let capacity = 5;
let courier = "luigi";
let report;
let due = false;

export async function load() {
  meanwhile = [];
  const [active, status] = await Promise.all([api.activeOrders(), api.kitchen()]);
  capacity = status.capacity;
  orders.clear();
  for (const order of [...active, ...(meanwhile ?? [])]) keep(order);
  meanwhile = undefined;
  draw();
}

export function begin(reporting) {
  report = reporting;
  byId("courier").addEventListener("change", (event) => {
    courier = event.target.value;
    byId("tour-title").textContent = `${event.target.selectedOptions[0].text}'s tour`;
    draw();
  });
  setInterval(draw, 30_000); // minutes pass
}

function keep(order) {
  if (["delivered", "cancelled"].includes(order.status)) orders.delete(order.id);
  else orders.set(order.id, order);
}

export function update(order) {
  keep(order);
  meanwhile?.push(order);
  // However many orders change, the page is drawn at most once a frame.
  if (!due) requestAnimationFrame(draw);
  due = true;
}

function draw() {
  due = false;
  redrawn(() => {
    for (const column of document.querySelectorAll("[data-status]")) {
      column.replaceChildren(...tickets((order) => order.status === column.dataset.status));
    }
    const mine = (order) => order.status === "delivering" && order.delivery_person_id === courier;
    byId("tour").replaceChildren(...tickets(mine));
  });
  const cooking = [...orders.values()].filter((order) => order.status === "cooking").length;
  byId("oven-text").textContent = `Oven: ${cooking} of ${capacity}`;
  Object.assign(byId("oven-meter"), { max: capacity, value: cooking });
}

function tickets(belongs) {
  const found = [...orders.values()].filter(belongs);
  if (found.length === 0) return [element("li", { className: "none", textContent: "Nothing here." })];
  const shown = found.slice(0, SHOWN).map(ticket);
  if (found.length > SHOWN) {
    shown.push(element("li", { className: "more", textContent: `and ${found.length - SHOWN} more` }));
  }
  return shown;
}

const NEXT = {
  confirmed: ["Start cooking", (order) => api.cook(order.id)],
  cooking: ["Ready", (order) => api.ready(order.id)],
  ready: ["Give to courier", (order) => api.assign(order.id, courier)],
  delivering: ["Delivered", (order) => api.deliver(order.id)],
};

function ticket(order) {
  const [label, step] = NEXT[order.status];
  const minutes = Math.max(Math.floor((Date.now() - Date.parse(order.order_time)) / 60_000), 0);
  const button = element("button", {
    type: "button", textContent: label, ariaLabel: `${label}: ${order.customer_name}`, data: { order: order.id },
  });
  button.addEventListener("click", () =>
    report(async () => {
      update(await step(order));
      return `${order.customer_name}: ${label.toLowerCase()}.`;
    }),
  );
  return element(
    "li",
    { className: "ticket", data: { late: minutes > PROMISED } },
    element("span", { className: "who" }, order.customer_name, element("span", { className: "since", textContent: `${minutes} min` })),
    element("span", { className: "pizzas", textContent: order.pizzas.map((pizza) => `${pizza.name} (${pizza.size})`).join(", ") }),
    order.status === "delivering" ? element("span", { className: "where", textContent: order.customer_address }) : undefined,
    button,
  );
}
