// Elements, made of text only: whatever a customer is called is shown and never run.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const { data = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, data);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

// Replaces what is drawn and leaves the focus with the same order, wherever that went.
export function redrawn(draw) {
  const { order } = document.activeElement?.dataset ?? {};
  draw();
  if (order && document.activeElement === document.body) {
    document.querySelector(`[data-order="${CSS.escape(order)}"]`)?.focus();
  }
}
