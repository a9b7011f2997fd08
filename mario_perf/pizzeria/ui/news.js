// What is said to the person at the page.

import { Refused } from "./api.js";
import { byId } from "./dom.js";

const SHOWN = 6000; // milliseconds
const fading = {};

function say(id, text) {
  clearTimeout(fading[id]);
  byId(id).textContent = text;
  if (text) fading[id] = setTimeout(() => say(id, ""), SHOWN);
}

// Does something, and tells how it went.
export async function report(action) {
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

// The same for a button, which does nothing more until it is done; it is not disabled, and so keeps the focus.
export async function press(button, action) {
  if (button.ariaDisabled) return;
  button.ariaDisabled = "true";
  try {
    await report(action);
  } finally {
    button.ariaDisabled = null;
  }
}
