/** The page: a row of phones, the congress clock above them, and four things to try. */

import { CongressClock } from "./clock.js";
import { newOwner } from "./dialogs.js";
import { Phone } from "./phone.js";
import { ask } from "./sim.js";

const FIRST_OWNERS = [
  { id: 1001, first_name: "Emma", last_name: "Müller", language_code: "en" },
  { id: 1002, first_name: "Айгерім", last_name: "Серікқызы", language_code: "kk" },
  { id: 1003, first_name: "Иван", last_name: "Петров", language_code: "ru" },
  { id: 9001, first_name: "Gulzhan", language_code: "en" },
];
const ORGANIZERS = new Set([9001]);

const row = document.querySelector("#phones");
const state = document.querySelector("#connection");
const phones = new Map(); // id -> Phone, in the order they stand
const hidden = new Set(JSON.parse(localStorage.getItem("hidden phones") ?? "[]"));
let owners = [];

const house = {
  clock: new CongressClock(document.querySelector("#clock")),
  organizers: ORGANIZERS,
  phones: () => phones.size,
  onConnection: () => {
    const away = [...phones.values()].some((phone) => !phone.connected);
    state.textContent = away ? "reconnecting…" : "";
  },
  onRemove: (phone) => {
    hidden.add(phone.id);
    settle();
  },
};

/** Put up a phone for each owner in view, take down the others, and let all of them ask for news again. */
function settle() {
  localStorage.setItem("hidden phones", JSON.stringify([...hidden]));
  for (const phone of phones.values()) phone.rest();
  for (const [id, phone] of phones) {
    if (!hidden.has(id)) continue;
    phone.node.remove();
    phones.delete(id);
  }
  for (const owner of owners) {
    if (hidden.has(owner.id) || phones.has(owner.id)) continue;
    const phone = new Phone(owner, house);
    phones.set(owner.id, phone);
    row.append(phone.node);
  }
  document.querySelector("#nobody").hidden = phones.size > 0;
  wake();
}

function wake() {
  for (const phone of phones.values()) {
    if (document.hidden) phone.rest();
    else phone.follow();
  }
}

async function add() {
  const chosen = await newOwner(owners.filter((owner) => hidden.has(owner.id)));
  if (!chosen) return;
  if (!chosen.id) {
    const taken = owners.map(({ id }) => id).filter((id) => !ORGANIZERS.has(id));
    owners.push(await ask("/phones", { body: { id: Math.max(1000, ...taken) + 1, ...chosen } }));
  }
  hidden.delete(chosen.id);
  settle();
  row.lastElementChild.scrollIntoView({ inline: "end", block: "nearest" });
}

/** A delegate's phone, an untouched one first if `empty` matters. */
function delegate({ empty = false } = {}) {
  const delegates = [...phones.values()].filter((phone) => !ORGANIZERS.has(phone.id));
  return (empty && delegates.find((phone) => phone.isEmpty)) || delegates[0];
}

const SUGGESTIONS = {
  start: () => say(delegate({ empty: true }), "/start"),
  visits: () => say(delegate(), "/visits"),
  stats: () => say([...phones.values()].find((phone) => ORGANIZERS.has(phone.id)), "/stats"),
  clock: () => document.querySelector("#clock button").focus(),
};

function say(phone, text) {
  phone?.node.scrollIntoView({ inline: "center", block: "nearest" });
  phone?.onSend(text);
}

/** The owners the simulator knows; the first four, if it knew none. Waits while it is away. */
async function findOwners() {
  for (;;) {
    try {
      const known = await ask("/phones");
      if (known.length) return known;
      for (const owner of FIRST_OWNERS) await ask("/phones", { body: owner });
    } catch {
      state.textContent = "connecting…";
      await new Promise((later) => setTimeout(later, 1500));
    }
  }
}

for (const button of document.querySelectorAll("[data-try]")) {
  button.addEventListener("click", SUGGESTIONS[button.dataset.try]);
}
document.querySelector("#add").addEventListener("click", add);
document.addEventListener("visibilitychange", wake);
owners = await findOwners();
await house.clock.begin();
settle();
