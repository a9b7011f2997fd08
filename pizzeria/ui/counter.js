// The menu, and an order that is being put together.

import * as api from "./api.js";
import { byId, element } from "./dom.js";

const SIZES = ["small", "medium", "large"];
const basket = [];

export async function showMenu(report) {
  const pizzas = await api.menu();
  byId("menu").replaceChildren(...pizzas.map(line));
  byId("basket-form").addEventListener("submit", (event) => {
    event.preventDefault();
    report(() => order(event.target));
  });
}

function line(pizza) {
  const sizes = element("select", { ariaLabel: `Size of ${pizza.name}` }, ...SIZES.map((size) => new Option(size, size)));
  sizes.value = "medium";
  const add = element("button", { type: "button", textContent: "Add", ariaLabel: `Add ${pizza.name}` });
  add.addEventListener("click", () => {
    basket.push({ name: pizza.name, size: sizes.value, toppings: [] });
    showBasket();
  });
  const what = element("span", { className: "what", textContent: `$${pizza.total_price} · ${pizza.toppings.join(", ")}` });
  return element("li", {}, element("span", { className: "name" }, pizza.name, what), sizes, add);
}

function showBasket() {
  byId("basket-empty").hidden = basket.length > 0;
  byId("basket").replaceChildren(...basket.map(chosen));
}

function chosen(pizza, index) {
  const label = `${pizza.name}, ${pizza.size}`;
  const remove = element("button", { type: "button", className: "quiet", textContent: "Remove", ariaLabel: `Remove ${label}` });
  remove.addEventListener("click", () => {
    basket.splice(index, 1);
    showBasket();
    (byId("basket").querySelector("button") ?? byId("menu").querySelector("button")).focus();
  });
  return element("li", {}, label, remove);
}

async function order(form) {
  if (basket.length === 0) throw new api.Refused("Choose a pizza first.");
  if (!form.reportValidity()) return undefined;
  const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  const placed = await api.place({ ...fields, pizzas: basket });
  basket.length = 0;
  showBasket();
  return `Order placed for ${placed.customer_name}: $${placed.total_amount}.`;
}
