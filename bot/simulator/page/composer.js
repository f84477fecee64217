/** The foot of a chat: START, the line to write in, the bot's commands, or the way back from a block. */

import { disclose, el, icon } from "./dom.js";

export class Composer {
  #chat;
  #commands = [];
  #input;
  #list;
  #menu;
  #closeMenu;
  #start;
  #unblock;
  #form;
  #chosen = -1;

  /** `chat` gives the words and takes what is said: `onSend(text)`, `onFile(file)`, `onBlock(blocked)`. */
  constructor(chat) {
    const { words } = chat;
    this.#chat = chat;
    const id = `commands-${chat.id}`;
    this.#list = el("ul", { class: "commands", id, role: "listbox", aria: { label: words.commands } });
    this.#list.addEventListener("keydown", (event) => this.#walked(event));
    this.#menu = el("button", { class: "menu-button", aria: { controls: id, label: words.menu } },
      icon("menu"), el("span", {}, words.menu));
    this.#closeMenu = disclose(this.#menu, this.#list, { onOpen: () => this.#offer(this.#commands) });
    this.#input = el("textarea", {
      rows: 1, maxLength: 4096, placeholder: words.message, dir: "auto", autocomplete: "off",
      aria: { label: words.message, controls: id, autocomplete: "list" },
    });
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => this.#pressed(event));
    const send = el("button", { type: "submit", class: "send", aria: { label: words.send } }, icon("send"));
    const parts = [this.#menu, this.#list, this.#input, this.#clip(), send];
    this.#form = el("form", { class: "line", hidden: true }, ...parts);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    const wide = (title, press) => el("button", { class: "wide", hidden: true, onclick: press }, title);
    this.#start = wide(words.start, () => chat.onSend("/start"));
    this.#unblock = wide(words.unblock, () => chat.onBlock(false));
    this.node = el("div", { class: "composer" }, this.#form, this.#start, this.#unblock);
  }

  /** Show the foot that fits the chat. */
  show({ commands, empty, blocked }) {
    this.#commands = commands;
    this.#unblock.hidden = !blocked;
    this.#start.hidden = blocked || !empty;
    this.#form.hidden = blocked || empty;
    this.#menu.hidden = commands.length === 0;
  }

  #clip() {
    const file = el("input", { type: "file", hidden: true });
    file.addEventListener("change", () => {
      if (file.files.length) this.#chat.onFile(file.files[0]);
      file.value = "";
    });
    const look = { class: "clip", aria: { label: this.#chat.words.attach }, onclick: () => file.click() };
    return el("span", {}, file, el("button", look, icon("clip")));
  }

  async #send(text = this.#input.value.trim()) {
    if (!text) return;
    this.#closeMenu();
    this.#input.value = "";
    this.#fit();
    const sent = await this.#chat.onSend(text);
    if (!sent && !this.#input.value) this.#input.value = text;
    this.#fit();
  }

  #fit() {
    this.#form.classList.toggle("written", this.#input.value.trim() !== "");
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, 140)}px`;
  }

  #typed() {
    this.#fit();
    const typed = /^\/(\w*)$/.exec(this.#input.value)?.[1].toLowerCase();
    const fitting = this.#commands.filter(({ command }) => typed !== undefined && command.startsWith(typed));
    if (fitting.length === 0) {
      this.#closeMenu();
      return;
    }
    this.#offer(fitting);
    this.#list.hidden = false;
    this.#choose(Math.max(0, fitting.findIndex(({ command }) => command === typed)));
  }

  #offer(commands) {
    this.#list.replaceChildren(...commands.map(({ command, description }, index) => {
      const row = { role: "option", id: `${this.#list.id}-${index}`, data: { command }, tabIndex: 0 };
      return el("li", { ...row, onclick: () => this.#send(`/${command}`) },
        el("span", { dir: "auto" }, description), el("span", { class: "command-name" }, `/${command}`));
    }));
    this.#choose(-1);
  }

  #choose(index) {
    const rows = [...this.#list.children];
    this.#chosen = rows.length && index >= 0 ? index % rows.length : -1;
    rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === this.#chosen)));
    const row = rows[this.#chosen];
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.#input.setAttribute("aria-activedescendant", row.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  /** Keys on the list itself, for whoever came to it by keyboard. */
  #walked(event) {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (step) event.target[step]?.focus();
    if (["Enter", " "].includes(event.key)) event.target.click();
    if (step || event.key === " ") event.preventDefault();
  }

  #pressed(event) {
    if (event.isComposing) return;
    const command = this.#list.hidden ? undefined : this.#list.children[this.#chosen]?.dataset.command;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send(command && `/${command}`);
    } else if (event.key === "Tab" && command) {
      event.preventDefault();
      this.#input.value = `/${command} `;
      this.#typed();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && command) {
      event.preventDefault();
      this.#choose(this.#chosen + (event.key === "ArrowDown" ? 1 : this.#list.children.length - 1));
    } else if (event.key === "Escape") {
      this.#closeMenu();
    }
  }
}
