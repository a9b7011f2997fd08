// The API as its OpenAPI document describes it. Each request can be sent from here; nothing comes from elsewhere.

import { byId, element } from "./dom.js";

const PATIENCE = 10_000; // milliseconds
const METHODS = ["get", "post", "put", "patch", "delete"];

const resolved = (schema, whole) =>
  schema?.$ref ? schema.$ref.split("/").slice(1).reduce((place, name) => place[name], whole) : (schema ?? {});

// A value that the schema allows, as far as types tell.
function example(schema, whole) {
  const it = resolved(schema, whole);
  const chosen = it.example ?? it.examples?.[0] ?? it.default ?? it.const ?? it.enum?.[0];
  if (chosen !== undefined) return chosen;
  if (it.anyOf) return example(it.anyOf[0], whole);
  if (it.type === "array") return [example(it.items, whole)];
  if (it.type === "object" || it.properties) {
    return Object.fromEntries(Object.entries(it.properties ?? {}).map(([name, each]) => [name, example(each, whole)]));
  }
  if (it.type === "integer" || it.type === "number") return it.minimum ?? 1;
  if (it.type === "boolean") return true;
  return it.type === "string" ? "text".padEnd(it.minLength ?? 0, "0") : null;
}

function field({ name, in: place, required }) {
  const label = place === "path" || required ? name : `${name} (optional)`;
  return element("label", {}, `${label} `, element("input", { name, required: place === "path" || !!required, data: { place } }));
}

const bodyOf = (operation) => operation.requestBody?.content["application/json"]?.schema;

function bodyField(operation, whole) {
  const schema = bodyOf(operation);
  if (!schema) return undefined;
  const text = JSON.stringify(example(schema, whole), null, 2);
  return element("label", {}, "Body ", element("textarea", { name: "body", value: text, rows: text.split("\n").length + 1 }));
}

function answers(operation) {
  const rows = Object.entries(operation.responses ?? {}).flatMap(([status, { description }]) => [
    element("dt", {}, status),
    element("dd", {}, description),
  ]);
  return element("dl", {}, ...rows);
}

function target(path, form) {
  const inputs = [...form.querySelectorAll("input")];
  const filled = inputs
    .filter((input) => input.dataset.place === "path")
    .reduce((text, input) => text.replace(`{${input.name}}`, encodeURIComponent(input.value)), path);
  const query = new URLSearchParams(
    inputs.filter((input) => input.dataset.place === "query" && input.value).map((input) => [input.name, input.value]),
  );
  return query.size ? `${filled}?${query}` : filled;
}

async function send(method, path, form) {
  const body = form.querySelector("textarea")?.value;
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const options = { method: method.toUpperCase(), headers, body, signal: AbortSignal.timeout(PATIENCE) };
  const answer = await fetch(target(path, form), options);
  const kind = answer.headers.get("Content-Type") ?? "";
  if (kind.startsWith("text/event-stream")) {
    await answer.body.cancel();
    return `${answer.status}\n(a stream of events, which goes on for ever)`;
  }
  const text = await answer.text();
  const shown = kind.includes("json") && text ? JSON.stringify(JSON.parse(text), null, 2) : text;
  return `${answer.status} ${answer.statusText}\n${shown}`;
}

function request(method, path, operation, whole) {
  const output = element("pre", { tabIndex: 0, role: "status", ariaLabel: "Answer" });
  const fields = (operation.parameters ?? []).map((each) => field(resolved(each, whole)));
  const button = element("button", { type: "submit" }, "Send");
  const form = element("form", {}, ...fields, bodyField(operation, whole), button, output, answers(operation));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    output.textContent = "...";
    output.textContent = await send(method, path, form).catch((error) => `no answer: ${error.message}`);
  });
  const title = element(
    "summary",
    {},
    element("span", { className: "method", data: { method } }, method.toUpperCase()),
    element("code", {}, path),
    element("span", { className: "what" }, operation.description?.split("\n")[0] || operation.summary || ""),
  );
  return element("details", {}, title, form);
}

function sections(whole) {
  const grouped = new Map();
  for (const [path, methods] of Object.entries(whole.paths)) {
    const group = path.match(/^\/api\/([^/]+)\/?/)?.[1] ?? "operation of the service";
    for (const method of METHODS.filter((each) => methods[each])) {
      grouped.set(group, [...(grouped.get(group) ?? []), request(method, path, methods[method], whole)]);
    }
  }
  return [...grouped].map(([name, requests]) => {
    const heading = element("h2", {}, name[0].toUpperCase() + name.slice(1));
    return element("section", {}, heading, ...requests);
  });
}

try {
  const answer = await fetch("/api/openapi.json", { signal: AbortSignal.timeout(PATIENCE) });
  byId("requests").replaceChildren(...sections(await answer.json()));
} catch {
  byId("trouble").textContent = "The pizzeria does not answer. Load this page again in a moment.";
}
