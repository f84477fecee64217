/** The messages of one chat: only what changed is drawn anew, and the reader's place is kept. */

import { el, icon } from "./dom.js";
import { drawMessage } from "./message.js";
import { dayOf } from "./words.js";

const NEAR = 60; // pixels from the end that still count as reading the newest

export class ChatLog {
  #chat;
  #drawn = new Map(); // message_id -> its list item
  #days = new Map(); // message_id -> the line with the day before it
  #atEnd = true;
  #unread = 0;
  #list;
  #scroller;
  #toEnd;
  #count;

  constructor(chat) {
    this.#chat = chat;
    this.#list = el("ol", { class: "messages", role: "log", aria: { label: chat.words.messages } });
    this.about = el("div", { class: "about", hidden: true });
    this.#scroller = el("div", { class: "scroller", tabIndex: 0 }, this.about, this.#list);
    this.#count = el("span", { class: "count" });
    this.#toEnd = el("button", { class: "to-end", hidden: true, aria: { label: chat.words.newest } },
      icon("down"), this.#count);
    this.node = el("div", { class: "chat" }, this.#scroller, this.#toEnd);
    this.#toEnd.addEventListener("click", () => this.toEnd());
    this.#scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    const keep = new ResizeObserver(() => this.#atEnd && this.toEnd());
    keep.observe(this.#scroller);
    keep.observe(this.#list);
  }

  /** Forget what was drawn: the server began again and its numbers mean other messages. */
  forget() {
    this.#drawn.clear();
    this.#days.clear();
  }

  /** Draw `messages`. Returns whether there are none. */
  show(messages) {
    const kept = messages.filter((message) => !message.deleted);
    const first = this.#drawn.size === 0;
    const wanted = [];
    let day = "";
    let ownNew = false;
    for (const message of kept) {
      const { day: today } = this.#chat.moment(message.date);
      if (today !== day) wanted.push(this.#dayLine(message, today));
      day = today;
      const old = this.#drawn.get(message.message_id);
      const same = old?.dataset.version === String(message.version);
      const item = same ? old : this.#redraw(message, { old, first });
      if (!old && !first) {
        ownNew ||= !message.from_bot;
        if (!this.#atEnd) this.#unread += 1;
      }
      wanted.push(item);
    }
    const ids = new Set(kept.map((message) => message.message_id));
    for (const id of this.#drawn.keys()) if (!ids.has(id)) this.#drawn.delete(id);
    this.#place(wanted);
    if (this.#atEnd || ownNew || first) this.toEnd();
    this.#look();
    return kept.length === 0;
  }

  /** Let the light run round each button that `isBusy(message_id, data)`. */
  spin(isBusy) {
    for (const [id, item] of this.#drawn) {
      for (const key of item.querySelectorAll("button[data-callback]")) {
        if (isBusy(id, key.dataset.callback)) key.setAttribute("aria-busy", "true");
        else key.removeAttribute("aria-busy");
      }
    }
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#look();
  }

  /** Bring a message into view and let it glow once. */
  point(messageId) {
    const item = this.#drawn.get(messageId);
    item?.scrollIntoView({ block: "center" });
    if (item) glow(item);
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#atEnd) this.#unread = 0;
    this.#toEnd.hidden = this.#atEnd;
    this.#count.textContent = this.#unread || "";
  }

  #dayLine(message, day) {
    const line = this.#days.get(message.message_id)
      ?? el("li", { class: "day" }, el("span", {}, dayOf(day, this.#chat.language)));
    this.#days.set(message.message_id, line);
    return line;
  }

  #redraw(message, { old, first }) {
    const item = drawMessage(message, this.#chat);
    this.#drawn.set(message.message_id, item);
    if (old) {
      keepFocus(old, item);
      glow(item);
    } else if (!first) {
      item.classList.add("new");
    }
    return item;
  }

  #place(wanted) {
    wanted.forEach((item, index) => {
      const next = wanted[index + 1];
      const side = (node) => node && ["in", "out", "day"].find((name) => node.classList.contains(name));
      item.classList.toggle("last", side(next) !== side(item) || item.querySelector(".keyboard") !== null);
      const standing = this.#list.children[index];
      if (standing === item) return;
      // The stale drawing of this message goes at once, so that the items behind it need not be moved.
      if (standing && standing.dataset.messageId === item.dataset.messageId) standing.replaceWith(item);
      else this.#list.insertBefore(item, standing ?? null);
    });
    while (this.#list.children.length > wanted.length) this.#list.lastChild.remove();
    const waiting = this.#list.querySelector("[data-focus]");
    waiting?.removeAttribute("data-focus");
    waiting?.focus({ preventScroll: true });
  }
}

function glow(item) {
  item.classList.remove("changed");
  void item.offsetWidth; // starts the animation again
  item.classList.add("changed");
}

/** A reader who goes through a card by keyboard stays on the button that stands in the same place. */
function keepFocus(old, item) {
  if (!old.contains(document.activeElement)) return;
  const keys = [...old.querySelectorAll(".key")];
  const fresh = [...item.querySelectorAll(".key")];
  const same = fresh.find((key) => key.dataset.callback === document.activeElement.dataset.callback);
  (same ?? fresh[keys.indexOf(document.activeElement)] ?? fresh[0])?.setAttribute("data-focus", "");
}
