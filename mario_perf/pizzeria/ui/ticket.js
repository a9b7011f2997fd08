// An order on the board or on a tour, with the button that moves it on.

import * as api from "./api.js";
import { byId, element, showIn } from "./dom.js";
import { press } from "./news.js";
import { learn } from "./orders.js";

const SHOWN = 30; // tickets a list: under a load test there are thousands
const PROMISED = 30; // minutes

const NEXT = {
  confirmed: ["Start cooking", api.cook],
  cooking: ["Ready", api.ready],
  ready: ["Give to courier", (id) => api.assign(id, byId("courier").value)],
  delivering: ["Delivered", api.deliver],
};

// Shows these orders in a list, and below it how many more there are.
export function showTickets(list, orders) {
  showIn(list, orders.slice(0, SHOWN), (order) => order.id, ticket);
  list.nextElementSibling.textContent = rest(orders.length);
}

function rest(orders) {
  if (orders === 0) return "Nothing here.";
  return orders > SHOWN ? `and ${orders - SHOWN} more` : "";
}

// Minutes pass, though nothing happens.
export function age(within) {
  for (const since of within.querySelectorAll(".since")) {
    const minutes = Math.max(Math.floor((Date.now() - Date.parse(since.dateTime)) / 60_000), 0);
    since.textContent = `${minutes} min`;
    since.classList.toggle("late", minutes > PROMISED);
  }
}

function ticket(order) {
  const pizzas = order.pizzas.map((pizza) => `${pizza.name} (${pizza.size})`).join(", ");
  const made = element(
    "li",
    { className: "ticket" },
    element("span", { className: "who" }, order.customer_name, element("time", { className: "since", dateTime: order.order_time })),
    element("span", { className: "pizzas", textContent: pizzas }),
    order.status === "delivering" ? element("span", { className: "where", textContent: order.customer_address }) : undefined,
    nextStep(order),
  );
  age(made);
  return made;
}

function nextStep(order) {
  const [label, step] = NEXT[order.status];
  const button = element("button", {
    type: "button", textContent: label, ariaLabel: `${label}: ${order.customer_name}`, data: { order: order.id },
  });
  button.addEventListener("click", () =>
    press(button, async () => {
      await learn(step(order.id).then((moved) => [moved]));
      return `${order.customer_name}: ${label.toLowerCase()}.`;
    }),
  );
  return button;
}
