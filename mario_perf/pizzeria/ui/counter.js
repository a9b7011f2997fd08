// The menu, and an order that is being put together.

import * as api from "./api.js";
import { byId, element, showIn } from "./dom.js";
import { press } from "./news.js";
import { SIZES, dollars, price } from "./prices.js";

let basket = [];

export async function load() {
  showIn(byId("menu"), await api.menu(), JSON.stringify, line);
}

export function begin() {
  byId("basket-form").addEventListener("submit", (event) => {
    event.preventDefault();
    press(byId("place"), () => order(event.target));
  });
}

function line(pizza) {
  const sizes = element("select", { ariaLabel: `Size of ${pizza.name}` }, ...SIZES.map((size) => new Option(size)));
  sizes.value = pizza.size;
  const add = element("button", { type: "button", textContent: "Add", ariaLabel: `Add ${pizza.name}` });
  add.addEventListener("click", () => {
    basket.push({ pizza, size: sizes.value });
    showBasket();
  });
  const cost = element("output", { className: "price" });
  const showPrice = () => (cost.textContent = dollars(price(pizza, sizes.value)));
  sizes.addEventListener("change", showPrice);
  showPrice();
  const toppings = element("span", { className: "toppings", textContent: pizza.toppings.join(", ") });
  const what = element("span", { className: "what" }, cost, toppings);
  return element("li", {}, element("span", { className: "name" }, pizza.name, what), sizes, add);
}

function showBasket() {
  byId("basket-empty").hidden = basket.length > 0;
  byId("basket").replaceChildren(...basket.map(chosen));
  const total = basket.reduce((sum, { pizza, size }) => sum + price(pizza, size), 0);
  byId("basket-total").textContent = basket.length > 0 ? `Total: ${dollars(total)}` : "";
}

function chosen({ pizza, size }, place) {
  const label = `${pizza.name}, ${size}`;
  const remove = element("button", { type: "button", className: "quiet", textContent: "Remove", ariaLabel: `Remove ${label}` });
  remove.addEventListener("click", () => {
    basket.splice(place, 1);
    showBasket();
    (byId("basket").querySelector("button") ?? byId("menu").querySelector("button")).focus();
  });
  const cost = element("span", { className: "price", textContent: dollars(price(pizza, size)) });
  return element("li", {}, element("span", { className: "label", textContent: label }), cost, remove);
}

async function order(form) {
  if (basket.length === 0) throw new api.Refused("Choose a pizza first.");
  if (!form.reportValidity()) return undefined;
  const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  const ordered = [...basket];
  const pizzas = ordered.map(({ pizza: { name, toppings }, size }) => ({ name, size, toppings }));
  const placed = await api.place({ ...fields, pizzas });
  basket = basket.filter((each) => !ordered.includes(each)); // what was added meanwhile stays
  showBasket();
  return `Order placed for ${placed.customer_name}: $${placed.total_amount}.`;
}
