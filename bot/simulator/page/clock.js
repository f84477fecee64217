/** The congress clock: shows it, moves it, and tells which congress minute a message belongs to. */

import { confirmed } from "./dialogs.js";
import { ask } from "./sim.js";

const LOOK_EVERY = 2000; // milliseconds, real
const LOOK_FOR_ONE_EVERY = 10000; // where the simulator was started without a clock
const JUMP = 1500; // milliseconds: a larger difference from what was expected is a moved clock
const KEPT = 400; // remembered jumps

/** Days and minutes of a time zone, without trusting the zone of this computer. */
class Zone {
  #parts;

  constructor(name) {
    this.name = name;
    this.#parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: name, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
  }

  /** "2025-08-22T18:05:09" for milliseconds since 1970. */
  wall(at) {
    const part = Object.fromEntries(this.#parts.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
  }

  /** Milliseconds since 1970 for "2025-08-22T18:05" on a wall of this zone. */
  instant(wall) {
    const asIfUtc = Date.parse(`${wall}Z`);
    const offset = (at) => Date.parse(`${this.wall(at)}Z`) - Math.floor(at / 1000) * 1000;
    return asIfUtc - offset(asIfUtc - offset(asIfUtc));
  }
}

const HERE = new Zone(Intl.DateTimeFormat().resolvedOptions().timeZone);

export class CongressClock {
  #root;
  #zone = null;
  #jumps = JSON.parse(sessionStorage.getItem("clock") ?? "[]"); // [real, shown] milliseconds, oldest first
  #moves = 0;

  /** A clock in `root`, which stays hidden where the simulator has none. */
  constructor(root) {
    this.#root = root;
    for (const button of root.querySelectorAll("[data-advance]")) {
      button.addEventListener("click", () => this.#move({ advance: Number(button.dataset.advance) }));
    }
    for (const button of root.querySelectorAll("[data-until]")) {
      button.addEventListener("click", () => this.#move({ now: this.#next(button.dataset.until) }));
    }
    const form = root.querySelector("form");
    const field = form.elements.moment;
    field.addEventListener("focus", () => {
      field.value ||= this.#zone.wall(this.#now()).slice(0, 16);
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const at = this.#zone.instant(field.value);
      if (Number.isNaN(at)) return;
      const back = "The clock would go back. What the bot already sent stays sent, "
        + "and it may find bookings made in its future.";
      if (at >= this.#now() || (await confirmed(back, { yes: "Set it back" }))) {
        await this.#move({ now: at });
        field.value = "";
      }
    });
  }

  /** Look once, then keep looking while the page is seen. */
  async begin() {
    await this.#look();
    const again = async () => {
      if (!document.hidden) await this.#look();
      setTimeout(again, this.#zone ? LOOK_EVERY : LOOK_FOR_ONE_EVERY);
    };
    setTimeout(again, LOOK_EVERY);
  }

  /** When a message came, as "18:05" and "2025-08-22": by the congress clock, or else by this computer. */
  moment(unix) {
    const zone = this.#zone ?? HERE;
    const at = this.#zone ? this.#shown(unix * 1000) : unix * 1000;
    const wall = zone.wall(at);
    return { day: wall.slice(0, 10), time: wall.slice(11, 16) };
  }

  #shown(real) {
    // Dates of messages are whole seconds, cut off: a message of the second of a jump belongs behind it.
    const jump = this.#jumps.findLast(([start]) => start < real + 1000);
    if (jump) return jump[1] + Math.max(0, real - jump[0]);
    const [[then, shown]] = this.#jumps;
    return shown + (real - then);
  }

  #now() {
    return this.#shown(Date.now());
  }

  #next(time) {
    const today = this.#zone.wall(this.#now()).slice(0, 10);
    const at = this.#zone.instant(`${today}T${time}`);
    if (at > this.#now()) return at;
    const tomorrow = this.#zone.wall(this.#zone.instant(`${today}T12:00`) + 24 * 3600 * 1000).slice(0, 10);
    return this.#zone.instant(`${tomorrow}T${time}`);
  }

  async #move({ advance, now }) {
    const moved = Date.now();
    this.#moves += 1;
    const note = this.#root.querySelector("[data-part=note]");
    note.textContent = "";
    try {
      const body = advance ? { advance } : { now: new Date(now).toISOString() };
      await ask("/clock", { body });
    } catch (refused) {
      note.textContent = `Not moved: ${refused.message}`;
    }
    await this.#look({ moved });
  }

  async #look({ moved = null } = {}) {
    const moves = this.#moves;
    let answer = null;
    try {
      answer = await ask("/clock");
    } catch (error) {
      if (error.status !== 404) return;
    }
    if (moves !== this.#moves) return; // asked before the clock was moved
    this.#zone = answer && (this.#zone?.name === answer.zone ? this.#zone : new Zone(answer.zone));
    if (answer) this.#remember(moved ?? Date.now(), Date.parse(answer.now));
    this.#draw();
  }

  #remember(real, shown) {
    if (this.#jumps.length && Math.abs(this.#shown(real) - shown) < JUMP) return;
    this.#jumps = [...this.#jumps, [real, shown]].slice(-KEPT);
    sessionStorage.setItem("clock", JSON.stringify(this.#jumps));
  }

  #draw() {
    this.#root.hidden = !this.#zone;
    document.documentElement.toggleAttribute("data-clock", Boolean(this.#zone));
    if (!this.#zone) return;
    const at = this.#now();
    const part = (name) => this.#root.querySelector(`[data-part=${name}]`);
    const words = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: this.#zone.name, ...options });
    const zone = words({ timeZoneName: "shortOffset" }).formatToParts(at);
    const offset = zone.find(({ type }) => type === "timeZoneName").value;
    const day = { weekday: "short", day: "numeric", month: "long", year: "numeric" };
    part("time").textContent = this.#zone.wall(at).slice(11, 16);
    part("time").dateTime = new Date(at).toISOString();
    part("day").textContent = words(day).format(at);
    part("zone").textContent = `${this.#zone.name}, ${offset}`;
  }
}
