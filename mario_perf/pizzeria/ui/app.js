// Puts the page together: what is loaded and drawn, and the stream that keeps it true.

import * as board from "./board.js";
import * as counter from "./counter.js";
import { byId, redrawn } from "./dom.js";
import { follow } from "./live.js";
import { heard, watch } from "./orders.js";
import { age } from "./ticket.js";
import * as tour from "./tour.js";

const AGING = 30_000; // milliseconds

function connection(state, text) {
  const shown = byId("connection");
  shown.dataset.state = state;
  if (shown.textContent !== text) shown.textContent = text; // said once, however often it is tried
}

counter.begin();
tour.begin();
watch(() =>
  redrawn(() => {
    board.draw();
    tour.draw();
  }),
);
setInterval(age, AGING, document);
follow({
  load: () => Promise.all([counter.load(), board.load(), tour.load()]),
  onOrder: heard,
  onState: connection,
});
