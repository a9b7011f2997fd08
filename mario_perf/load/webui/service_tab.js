// In Locust's UI: figures of the Service tab stand right, and names break where the page is narrow.
const style = document.createElement("style");
style.textContent = `
table:has(th[data-sortkey="p95"]) :is(th, td):not(:first-child) {
  text-align: right; font-variant-numeric: tabular-nums;
}
@media (max-width: 600px) {
  table:has(th[data-sortkey="p95"]) :is(th, td) { padding: .5rem .25rem; font-size: .75rem; letter-spacing: 0; }
  table:has(th[data-sortkey="p95"]) :is(th, td):first-child { min-width: 8.5rem; overflow-wrap: anywhere; }
}`;
document.head.append(style);

// At the foot of each page: what the run waits for, then a link to its report.
const bar = document.createElement("p");
bar.id = "service-report";
bar.setAttribute("role", "status");
bar.style.cssText = "position:sticky;bottom:0;margin:0;padding:.5rem 1rem;background:#15803d;color:#fff";
bar.hidden = true;
document.body.append(bar);
async function poll() {
  try {
    const {run, status} = await (await fetch("./service/latest")).json();
    bar.hidden = !run && !status;
    if (!run) {
      delete bar.dataset.run;
      bar.textContent = status;
    } else if (bar.dataset.run !== run) {
      bar.dataset.run = run;
      const link = document.createElement("a");
      Object.assign(link, {href: "./service/report", target: "_blank", textContent: `Report of run ${run}`});
      link.style.color = "inherit";
      bar.replaceChildren(link);
    }
  } catch {
    // Locust has ended, or does not answer for a moment.
  } finally {
    setTimeout(poll, 2000);
  }
}
poll();
