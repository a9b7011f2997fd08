"use strict";
// Only adds to a page that is complete without it: sorting, filtering, opening what a link points to.
(() => {
  const byId = (id) => document.getElementById(id);
  const table = byId("page:table");
  if (!table) return;
  const body = table.tBodies[0];
  const firstRows = 100;
  const rows = [...body.rows];

  const value = (row, column) => {
    const cell = row.cells[column];
    if (column === 0) return cell.textContent.trim().toLowerCase();
    const number = parseFloat(cell.dataset.value.replace("inf", "Infinity"));
    return Number.isNaN(number) ? null : number;
  };

  // What is unknown stays at the end, whichever way the rest is sorted.
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "string" ? a.localeCompare(b) : a - b);
  };

  const sort = (header) => {
    const ascending = header.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const keyed = rows.map((row) => [value(row, header.cellIndex), row]);
    keyed.sort(([a], [b]) => compare(a, b, ascending ? 1 : -1));
    show(keyed.map(([, row]) => row));
  };

  // Laying out a thousand rows takes longer than a click may; what is in sight comes first.
  let later = 0;
  const show = (ordered) => {
    clearTimeout(later);
    body.replaceChildren(...ordered.slice(0, firstRows));
    const append = () => body.append(...ordered.slice(firstRows));
    if (ordered.length > firstRows) later = setTimeout(append, 50);
  };

  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header));
    header.append(button);
  }

  const form = document.querySelector(".filter");
  const filter = () => {
    const wanted = byId("page:find").value.trim().toLowerCase();
    const verdicts = new Set([...form.querySelectorAll("input:checked")].map((box) => box.value));
    let shown = 0;
    for (const row of rows) {
      const match = verdicts.has(row.dataset.verdict) && value(row, 0).includes(wanted);
      row.hidden = !match;
      shown += match;
    }
    byId("page:shown").textContent = `${shown} of ${rows.length}`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());

  const reveal = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { return; }
    const target = id && byId(id);
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Paper cannot be clicked: what regressed is opened for it, and closed again afterwards.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.operation.regressed:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
})();
