// The service's API, as everybody uses it.

export class Refused extends Error {}

async function asked(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { signal: AbortSignal.timeout(10_000), ...options });
  } catch {
    throw new Refused("The pizzeria does not answer. Try again in a moment.");
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(reason(body) ?? `The pizzeria answered ${answer.status}.`);
  return body;
}

// Rules are broken with problem details, malformed bodies with a list.
function reason(body) {
  if (typeof body?.detail === "string") return body.detail;
  const [first] = body?.detail ?? [];
  return first && `${first.loc.at(-1).replaceAll("_", " ")}: ${first.msg}`;
}

const sent = (method, path, body) =>
  asked(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });

export const menu = () => asked("/api/menu/");
export const activeOrders = () => asked("/api/orders/");
export const kitchen = () => asked("/api/kitchen/status");
export const tour = (courier) => asked(`/api/delivery/tour?delivery_person_id=${encodeURIComponent(courier)}`);
export const place = (order) => sent("POST", "/api/orders/", order);
export const cook = (id) => sent("PUT", `/api/orders/${id}/cook`);
export const ready = (id) => sent("PUT", `/api/orders/${id}/ready`);
export const assign = (id, courier) => sent("POST", `/api/delivery/${id}/assign`, { delivery_person_id: courier });
export const deliver = (id) => sent("PUT", `/api/orders/${id}/status`, { status: "delivered" });
