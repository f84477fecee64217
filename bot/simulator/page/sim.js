/** The page's only door to the simulator: JSON under /sim on its own host. */

/** How many phones may wait for news at once: a browser opens six connections to one host, and taps,
 *  sends and the clock need the rest. */
const WAITING_PLACES = 4;
const PATIENCE = 25; // seconds one question for news may wait

/** An answer that is not a yes: `status` is the HTTP status, `message` the server's own words. */
export class Refused extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

/** The JSON the simulator answers. Throws Refused for a no, TypeError or a timeout when nobody answers. */
export async function ask(path, { body, form, signal, seconds = 15 } = {}) {
  const limit = AbortSignal.timeout(seconds * 1000);
  const request = { signal: signal ? AbortSignal.any([signal, limit]) : limit };
  if (form) Object.assign(request, { method: "POST", body: form });
  if (body) {
    const headers = { "Content-Type": "application/json" };
    Object.assign(request, { method: "POST", headers, body: JSON.stringify(body) });
  }
  const response = await fetch(`/sim${path}`, request);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer.description ?? response.statusText);
  return answer;
}

export const fileAddress = (fileId) => `/sim/files/${encodeURIComponent(fileId)}`;

/** Places in front of the counter: whoever finds none waits in order. */
class Queue {
  #free;
  #waiting = [];

  constructor(places) {
    this.#free = places;
  }

  async through(work, signal) {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise((next) => this.#waiting.push(next));
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

const queue = new Queue(WAITING_PLACES);

/** The chat of one phone as soon as it is newer than `since`; with `since` null, as it is now.
 *  `phones` is how many phones ask: when they outnumber the places each waits a second only. */
export function chat(id, { since, phones, signal }) {
  if (since === null) return ask(`/phones/${id}?since=0&wait=0`, { signal });
  const wait = phones <= WAITING_PLACES ? PATIENCE : 1;
  const news = () => ask(`/phones/${id}?since=${since}&wait=${wait}`, { signal, seconds: wait + 10 });
  return queue.through(news, signal);
}
