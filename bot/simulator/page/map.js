/** A drawn stand-in for a map: the same place always looks the same, and nothing is asked of the network. */

import { draw } from "./dom.js";

const WIDTH = 320;
const HEIGHT = 150;

/** Numbers between 0 and 1 that belong to a place. */
function dice(latitude, longitude) {
  let state = Math.round(latitude * 1e5) * 31 + Math.round(longitude * 1e5);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Streets, a park, a river and the pin, for a place in degrees. */
export function drawnMap({ latitude, longitude }) {
  const roll = dice(latitude, longitude);
  const svg = draw("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "xMidYMid slice", class: "map-drawing",
    "aria-hidden": "true",
  });
  svg.append(draw("rect", { width: WIDTH, height: HEIGHT, class: "map-ground" }));
  const city = draw("g", { transform: `rotate(${-24 + 48 * roll()} ${WIDTH / 2} ${HEIGHT / 2})` });
  const columns = cuts(-60, WIDTH + 60, roll);
  const rows = cuts(-110, HEIGHT + 110, roll);
  for (let x = 1; x < columns.length; x += 1) {
    for (let y = 1; y < rows.length; y += 1) {
      const kind = roll();
      const block = {
        x: columns[x - 1] + 4, y: rows[y - 1] + 4, rx: 3,
        width: columns[x] - columns[x - 1] - 8, height: rows[y] - rows[y - 1] - 8,
      };
      city.append(draw("rect", { ...block, class: kind < 0.2 ? "map-park" : "map-block" }));
      if (kind > 0.35) city.append(...houses(block, roll));
    }
  }
  const road = columns[Math.floor(columns.length / 2)];
  city.append(draw("path", { d: `M${road} -120V${HEIGHT + 120}`, class: "map-avenue" }));
  const bend = () => 10 + roll() * 40;
  const shore = roll() < 0.5 ? HEIGHT - 6 : 6;
  const [here, there] = [shore + bend() - 25, shore - bend() + 20];
  const river = `M-80 ${here}C60 ${shore - bend()} 140 ${shore + bend()} 400 ${there}`;
  city.append(draw("path", { d: river, class: "map-river" }));
  svg.append(city, pin());
  return svg;
}

function cuts(from, to, roll) {
  const lines = [from];
  while (lines.at(-1) < to) lines.push(lines.at(-1) + 38 + roll() * 34);
  return lines;
}

function houses(block, roll) {
  const found = [];
  for (let x = block.x + 5; x + 12 < block.x + block.width; x += 16) {
    const size = { x, y: block.y + 5 + roll() * 6, width: 9 + roll() * 4, height: 7 + roll() * 8, rx: 1 };
    if (roll() > 0.6 || size.height + 12 > block.height) continue;
    found.push(draw("rect", { ...size, class: "map-house" }));
  }
  return found;
}

function pin() {
  const place = `translate(${WIDTH / 2} ${HEIGHT / 2 + 8})`;
  return draw("g", { transform: place },
    draw("ellipse", { rx: 9, ry: 3.5, class: "map-shadow" }),
    draw("path", { d: "M0 0C-4 -9 -15 -16 -15 -27A15 15 0 0 1 15 -27C15 -16 4 -9 0 0z", class: "map-pin" }),
    draw("circle", { cy: -27, r: 5.5, class: "map-pin-eye" }));
}
