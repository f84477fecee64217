/** One phone: whose it is, the chat with the bot, and the thread that keeps it up to date. */

import { Composer } from "./composer.js";
import { avatar, disclose, el, icon } from "./dom.js";
import { ChatLog } from "./log.js";
import { Notices } from "./notices.js";
import { ask, chat } from "./sim.js";
import { LANGUAGES, fullName, wordsOf } from "./words.js";

const RETRY = 1500; // milliseconds between knocks at a server that is away

export class Phone {
  #house;
  #log;
  #composer;
  #notices;
  #taps = new Map(); // "message data" -> {query, version when pressed}: buttons whose light runs
  #seen = new Set(); // answers to presses already shown
  #state = null;
  #again = true; // the next state is the first since the server was (perhaps newly) found
  #following = null;
  #title = el("span", { class: "bot-name", dir: "auto" });
  #status = el("span", { class: "bot-status" });
  #face = el("span", { class: "bot-face" });
  #pin = el("button", { class: "pin", hidden: true });
  #block = el("button", {});

  /** The phone of `owner`. `house` is the page: `clock`, `phones()` how many there are, `organizers`,
   *  `onRemove(phone)`, `onConnection()`. */
  constructor(owner, house) {
    this.owner = owner;
    this.#house = house;
    this.connected = true;
    this.id = owner.id;
    this.language = owner.language_code ?? "en";
    this.words = wordsOf(this.language);
    this.#log = new ChatLog(this);
    this.#composer = new Composer(this);
    this.#pin.addEventListener("click", () => this.#log.point(Number(this.#pin.dataset.messageId)));
    const parts = [this.#header(), this.#pin, this.#log.node, this.#composer.node];
    const screen = el("div", { class: "screen" }, ...parts);
    const glass = el("div", { class: "glass" }, screen);
    this.#notices = new Notices(screen, this.words);
    this.name = fullName(owner);
    const look = { class: "phone", data: { phone: owner.id }, aria: { label: this.name } };
    this.node = el("section", { ...look, lang: this.language }, this.#label(), glass);
  }

  /** Whether nothing was said in this chat yet. */
  get isEmpty() {
    return this.#state?.messages.every((message) => message.deleted) ?? true;
  }

  /** Keep the chat up to date until `rest()`. */
  follow() {
    if (this.#following) return;
    this.#following = new AbortController();
    this.#keepUp(this.#following.signal);
  }

  rest() {
    this.#following?.abort();
    this.#following = null;
  }

  moment(unix) {
    return this.#house.clock.moment(unix);
  }

  /** Send what was typed. Returns whether it went. */
  onSend(text) {
    this.#log.toEnd();
    return this.#dare(() => ask(`/phones/${this.id}/send`, { body: { text } }));
  }

  onFile(file) {
    const form = new FormData();
    form.append("file", file);
    return this.#dare(() => ask(`/phones/${this.id}/document`, { form }));
  }

  onBlock(blocked) {
    return this.#dare(() => ask(`/phones/${this.id}/${blocked ? "block" : "unblock"}`, { body: {} }));
  }

  async onCopy(text) {
    const copied = await this.#dare(() => navigator.clipboard.writeText(text));
    if (copied) this.#notices.say(this.words.copied);
  }

  /** Press a button: its light runs until the bot has answered. */
  async onTap(message, data) {
    const key = `${message.message_id} ${data}`;
    if (this.#taps.has(key)) return;
    const { version } = this.#state;
    this.#taps.set(key, { query: null, version });
    this.#spin();
    const tapped = async () => {
      const body = { message_id: message.message_id, data };
      const { query_id: query } = await ask(`/phones/${this.id}/tap`, { body });
      this.#taps.set(key, { query, version });
    };
    if (!(await this.#dare(tapped))) this.#taps.delete(key);
    this.#spin();
  }

  /** A link to the bot itself starts it with the link's word, as Telegram does. */
  onLink(event, address) {
    const username = this.#state?.bot.username;
    const { host, pathname, protocol, searchParams } = new URL(address);
    const web = ["t.me", "telegram.me"].includes(host) && pathname.slice(1);
    const bot = protocol === "tg:" ? searchParams.get("domain") : web;
    if (protocol === "tg:" || bot?.toLowerCase() === username?.toLowerCase()) event.preventDefault();
    if (bot?.toLowerCase() !== username?.toLowerCase()) return;
    const word = searchParams.get("start");
    if (word) this.onSend(`/start ${word}`);
  }

  async #dare(work) {
    try {
      await work();
      return true;
    } catch (error) {
      this.#notices.say(error.status ? error.message : this.words.failed);
      return false;
    }
  }

  #label() {
    const language = LANGUAGES[this.language.split("-")[0]] ?? this.language;
    return el("header", { class: "owner-line" }, avatar(this.name, this.id),
      el("h2", { dir: "auto" }, this.name), el("span", { class: "chip" }, language),
      this.#house.organizers.has(this.id) && el("span", { class: "chip badge" }, "organizer"));
  }

  #header() {
    const more = el("button", { class: "more", aria: { label: this.words.more } }, icon("more"));
    const goAway = () => this.#house.onRemove(this);
    const remove = el("button", { onclick: goAway }, icon("away"), this.words.remove);
    const panel = el("div", { class: "more-panel" }, this.#block, remove);
    const close = disclose(more, panel);
    this.#block.addEventListener("click", () => this.onBlock(!this.#state?.blocked));
    panel.addEventListener("click", close);
    const words = el("div", { class: "bot-words" }, this.#title, this.#status);
    return el("header", { class: "bot" }, this.#face, words, more, panel);
  }

  async #keepUp(signal) {
    let since = null;
    for (;;) {
      const question = { since, phones: this.#house.phones(), signal };
      const state = await chat(this.id, question).catch((error) => this.#missed(error, signal));
      if (signal.aborted) return;
      this.#connect(state !== null);
      if (state) this.#show(state);
      since = state && state.version;
    }
  }

  /** Wait a little after a question that nobody answered. */
  async #missed(error, signal) {
    if (signal.aborted) return null;
    this.#connect(false);
    // A server that began again knows nobody: put the phone back on its table.
    const back = error.status === 404 && (await ask("/phones", { body: this.owner }).catch(() => null));
    if (!back) await new Promise((later) => setTimeout(later, RETRY));
    return null;
  }

  #connect(connected) {
    if (!connected) {
      this.#again = true;
      this.#taps.clear();
    }
    this.connected = connected;
    this.#status.textContent = connected ? this.words.bot : this.words.connecting;
    this.node.classList.toggle("away", !connected);
    this.#house.onConnection();
  }

  #show(state) {
    if (this.#again) {
      this.#again = false;
      this.#log.forget();
      this.#seen = new Set(state.alerts.map((alert) => alert.query_id));
    }
    this.#state = state;
    this.#title.textContent = state.bot.name;
    if (this.#face.dataset.name !== state.bot.name) {
      this.#face.dataset.name = state.bot.name;
      this.#face.replaceChildren(avatar(state.bot.name, 4));
    }
    const empty = this.#log.show(state.messages);
    this.#about(empty);
    this.#pinned(state.messages.findLast((message) => message.pinned && !message.deleted));
    this.#block.replaceChildren(icon("block"), state.blocked ? this.words.unblock : this.words.block);
    this.#composer.show({ commands: state.commands, empty, blocked: state.blocked });
    this.#answers();
    this.#spin();
  }

  #about(empty) {
    const { description } = this.#state.bot;
    this.#log.about.hidden = !empty || !description;
    this.#log.about.replaceChildren(el("div", { class: "about-card" }, el("strong", {}, this.words.about),
      el("p", { dir: "auto" }, description ?? "")));
  }

  #pinned(message) {
    this.#pin.hidden = !message;
    if (!message) return;
    this.#pin.dataset.messageId = message.message_id;
    const [line] = (message.text ?? message.caption ?? message.document?.file_name ?? "").split("\n");
    const title = el("span", { class: "pin-title" }, this.words.pinned);
    this.#pin.replaceChildren(title, el("span", { class: "pin-line", dir: "auto" }, line));
  }

  #answers() {
    for (const { query_id: query, text, show_alert: asAlert } of this.#state.alerts) {
      if (this.#seen.has(query)) continue;
      this.#seen.add(query);
      if (text && asAlert) this.#notices.alert(text, this.#state.bot.name);
      else if (text) this.#notices.say(text);
    }
  }

  #spin() {
    const pending = new Set(this.#state.pending);
    for (const [key, { query, version }] of this.#taps) {
      const isNews = this.#state.version !== version; // something was heard since the press
      if (query !== null && isNews && !pending.has(query)) this.#taps.delete(key);
    }
    this.#log.spin((id, data) => this.#taps.has(`${id} ${data}`));
  }
}
