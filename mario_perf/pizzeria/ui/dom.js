// Elements, made of text only: whatever a customer is called is shown and never run.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const { data = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, data);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

// Shows these items in a list. What was there before stays the same node: it can be pressed while others come and go.
export function showIn(list, items, key, make) {
  const before = new Map([...list.children].map((node) => [node.key, node]));
  const nodes = items.map((item) => before.get(key(item)) ?? Object.assign(make(item), { key: key(item) }));
  const staying = new Set(nodes);
  for (const node of before.values()) if (!staying.has(node)) node.remove();
  nodes.forEach((node, place) => {
    if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null);
  });
}

// Draws, and leaves the focus with the same order, wherever that went; if it is gone, with the next one of its list.
export function redrawn(draw) {
  const focused = document.activeElement;
  if (!focused?.dataset.order) return draw();
  const list = focused.closest("ul, ol");
  const place = [...list.children].indexOf(focused.closest("li"));
  const byKeyboard = focused.matches(":focus-visible");
  draw();
  if (focused.isConnected) return;
  const next =
    document.querySelector(`[data-order="${CSS.escape(focused.dataset.order)}"]`) ??
    (list.children[place] ?? list.lastElementChild)?.querySelector("button") ??
    byId(list.getAttribute("aria-labelledby"));
  next.focus({ preventScroll: !byKeyboard }); // a finger that taps its way down a list is not carried away
}
