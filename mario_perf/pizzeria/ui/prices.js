// What a pizza costs in each size, before it is ordered: the rule of pizzeria/domain/pizza.py, in whole cents.

const FACTORS = { small: 10, medium: 13, large: 16 }; // tenths of the base price
const TOPPING = 150;

export const SIZES = Object.keys(FACTORS);

export function price(pizza, size) {
  const base = Math.round(pizza.base_price * 100);
  return Math.round((base * FACTORS[size]) / 10) + TOPPING * pizza.toppings.length;
}

export const dollars = (cents) => `$${(cents / 100).toFixed(2)}`;
