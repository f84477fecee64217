/** What a bot answers to a press: a short line over the chat, or a window to be closed. */

import { el } from "./dom.js";

export class Notices {
  #screen;
  #words;
  #toast = el("div", { class: "toast", role: "status", aria: { live: "polite" } });
  #timer = 0;
  #alerts = [];

  /** Notices over `screen`, which is the phone's glass. */
  constructor(screen, words) {
    this.#screen = screen;
    this.#words = words;
    screen.parentElement.append(this.#toast);
  }

  /** Show `text` for as long as it takes to read. */
  say(text) {
    clearTimeout(this.#timer);
    this.#toast.replaceChildren(el("span", { dir: "auto" }, text));
    this.#toast.classList.add("shown");
    this.#timer = setTimeout(() => this.#toast.classList.remove("shown"), 2500 + text.length * 50);
  }

  /** Show `text` in a window that waits for OK; further ones wait their turn. */
  alert(text, title) {
    this.#alerts.push({ text, title });
    if (this.#alerts.length === 1) this.#open();
  }

  #open() {
    const [{ text, title }] = this.#alerts;
    const before = document.activeElement;
    const ok = el("button", { class: "alert-ok" }, this.#words.ok);
    const box = el("div", { class: "alert", role: "alertdialog", aria: { modal: "true", label: title } },
      el("h3", { dir: "auto" }, title), el("p", { dir: "auto" }, text), ok);
    const shade = el("div", { class: "shade" }, box);
    const close = () => {
      shade.remove();
      this.#screen.inert = false;
      this.#alerts.shift();
      if (this.#alerts.length) this.#open();
      else if (before?.isConnected) before.focus({ preventScroll: true });
    };
    ok.addEventListener("click", close);
    shade.addEventListener("keydown", (event) => event.key === "Escape" && close());
    this.#screen.inert = true;
    this.#screen.parentElement.append(shade);
    ok.focus({ preventScroll: true });
  }
}
