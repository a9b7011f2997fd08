// Puts the page together: what is said, what is drawn, and the stream that keeps it true.

import { Refused } from "./api.js";
import * as board from "./board.js";
import { showMenu } from "./counter.js";
import { byId } from "./dom.js";
import { follow } from "./live.js";

const SHOWN = 6000; // milliseconds
const fading = {};

function say(id, text) {
  clearTimeout(fading[id]);
  byId(id).textContent = text;
  if (text) fading[id] = setTimeout(() => say(id, ""), SHOWN);
}

// Runs what a button does, and tells how it went.
async function report(action) {
  try {
    const news = await action();
    if (news) {
      say("trouble", "");
      say("news", news);
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say("trouble", error.message);
  }
}

function connection(state, text) {
  byId("connection").dataset.state = state;
  byId("connection").textContent = text;
}

board.begin(report);
report(() => showMenu(report));
follow({
  onOpen: () => {
    connection("live", "Live");
    report(board.load);
  },
  onOrder: board.update,
  onLost: () => connection("lost", "Connection lost, trying again"),
});
