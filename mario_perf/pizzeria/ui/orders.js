// The orders that are known. The stream tells every change in its turn; an answer may come late, and then be older.

const FINISHED = ["delivered", "cancelled"];

const known = new Map();
const asking = new Set(); // for each answer under way, the orders that the stream told of meanwhile
let changed;

export const inStatus = (status) => [...known.values()].filter((order) => order.status === status);

// Calls this after changes: however many there are, at most once a frame.
export function watch(draw) {
  let due = false;
  changed = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      draw();
    });
  };
}

export function heard(order) {
  for (const told of asking) told.add(order.id);
  keep(order);
}

// Keeps what an answer tells of these orders.
export const learn = (answer) =>
  answered(answer, (orders, told) => orders.filter((order) => !told.has(order.id)).forEach(keep));

// Keeps what an answer tells of all orders: others are no more. Whatever was asked before is out of date.
export function learnAll(answer) {
  asking.clear();
  return answered(answer, (orders, told) => {
    const before = new Map(known);
    known.clear();
    orders.forEach(keep);
    for (const id of told) {
      if (before.has(id)) known.set(id, before.get(id));
      else known.delete(id);
    }
    changed();
  });
}

async function answered(answer, use) {
  const told = new Set();
  asking.add(told);
  try {
    const orders = await answer;
    if (asking.has(told)) use(orders, told);
  } finally {
    asking.delete(told);
  }
}

function keep(order) {
  if (FINISHED.includes(order.status)) known.delete(order.id);
  else known.set(order.id, order);
  changed();
}
