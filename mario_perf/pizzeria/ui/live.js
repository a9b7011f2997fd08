// The stream of changed orders. Live means loaded and listening; whatever ends that, both are tried again.

import { Refused } from "./api.js";

const AGAIN = 2000; // milliseconds

export function follow({ load, onOrder, onState }) {
  let stream;
  let waiting;

  function connect() {
    const mine = new EventSource("/api/events");
    stream = mine;
    const lost = (what) => {
      if (stream !== mine) return;
      stop();
      onState("lost", `${what}, trying again`);
      waiting = setTimeout(connect, AGAIN);
    };
    mine.addEventListener("order", (event) => onOrder(JSON.parse(event.data)));
    mine.addEventListener("error", () => lost("Connection lost"));
    mine.addEventListener("open", async () => {
      try {
        await load();
        if (stream === mine) onState("live", "Live");
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        lost("Not loaded");
      }
    });
  }

  function stop() {
    clearTimeout(waiting);
    stream?.close();
    stream = undefined;
  }

  connect();
  // The browser may keep a page that is left, and show it as it was to a visitor who comes back.
  addEventListener("pagehide", () => {
    stop();
    onState("connecting", "Connecting");
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) connect();
  });
}
