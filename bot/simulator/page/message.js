/** One message as it looks in a chat: bubble, file, place, and the buttons beneath. */

import { draw, el, icon } from "./dom.js";
import { link, rebuild } from "./html.js";
import { drawnMap } from "./map.js";
import { fileAddress } from "./sim.js";
import { fileSize } from "./words.js";

/** The list item of `message`. `chat` is the phone it lies on: its words, language and clock, and what a
 *  press does (`onTap`, `onSend`, `onLink`, `onCopy`). */
export function drawMessage(message, chat) {
  const place = message.venue?.location ?? message.location;
  const body = el("div", { class: "body", dir: "auto" });
  const html = message.html || escaped(message.text ?? message.caption ?? "");
  body.append(rebuild(html, chat), stamp(message, chat));
  const bubble = el("div", { class: "bubble" },
    message.photo && photo(message, chat),
    place && map(message, place, chat),
    message.document && file(message.document, chat),
    body);
  bubble.classList.toggle("wordless", html === "");
  bubble.classList.toggle("pictured", Boolean(message.photo || place));
  const item = el("li", {
    class: `message ${message.from_bot ? "in" : "out"}`,
    data: { messageId: message.message_id, version: message.version },
  }, bubble);
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (rows.length) item.append(keyboard(rows, message, chat));
  return item;
}

function escaped(text) {
  return text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
}

function stamp(message, chat) {
  const { time } = chat.moment(message.date);
  return el("span", { class: "stamp", dir: "ltr" },
    message.edit_date ? el("span", { class: "edited" }, `${chat.words.edited} `) : "",
    time, message.from_bot ? "" : icon("ticks"));
}

function photo(message, chat) {
  const largest = [message.photo].flat().at(-1);
  return el("img", {
    class: "photo", src: fileAddress(largest.file_id), alt: message.caption ?? chat.words.photo,
    width: largest.width ?? 320, height: largest.height ?? 240,
  });
}

function file(document, chat) {
  const name = document.file_name ?? "file";
  return el("a", { class: "file", href: fileAddress(document.file_id), download: name },
    el("span", { class: "file-sign" }, icon("download")),
    el("span", { class: "file-words" },
      el("span", { class: "file-name", dir: "auto", title: name }, name),
      el("span", { class: "file-size" }, fileSize(document.file_size ?? 0, chat.language))));
}

function map(message, { latitude, longitude }, chat) {
  const spot = `mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
  const address = `https://www.openstreetmap.org/?${spot}`;
  const where = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const card = link(address, chat, { class: "map" });
  card.append(drawnMap({ latitude, longitude }),
    el("span", { class: "map-words" },
      message.venue && el("span", { class: "map-title", dir: "auto" }, message.venue.title),
      message.venue && el("span", { class: "map-address", dir: "auto" }, message.venue.address),
      el("span", { class: "map-line" },
        el("span", { class: "map-open" }, chat.words.map),
        el("span", { class: "map-where", dir: "ltr" }, where))));
  return card;
}

function keyboard(rows, message, chat) {
  const key = (button) => {
    const words = el("span", { class: "key-words", dir: "auto" }, button.text);
    const look = { class: `key ${button.style ?? ""}`.trim(), title: button.text };
    if (button.url) {
      const node = link(button.url, chat, look);
      node.append(words, icon("link"));
      return node;
    }
    if (button.callback_data !== undefined) {
      const { callback_data: callback } = button;
      const press = () => chat.onTap(message, callback);
      return el("button", { ...look, data: { callback }, onclick: press }, words, ring());
    }
    if (button.copy_text) {
      const press = () => chat.onCopy(button.copy_text.text);
      return el("button", { ...look, onclick: press }, words, icon("copy"));
    }
    return el("button", { ...look, disabled: true }, words);
  };
  const lines = rows.map((row) => el("div", { class: "keys" }, ...row.map(key)));
  return el("div", { class: "keyboard" }, ...lines);
}

/** The light that runs round a button until the bot has answered its press. */
function ring() {
  const svg = draw("svg", { class: "ring", "aria-hidden": "true" });
  svg.append(draw("rect", { width: "100%", height: "100%", rx: 7, pathLength: 100 }));
  return svg;
}
