/** Small pieces every part of the page is built of: elements, icons, panels that open and close. */

/** A new element. `props` are DOM properties; `data`, `aria`, `class` and `style` are set as such. */
export function el(tag, props = {}, ...children) {
  const { class: className, data = {}, aria = {}, style = {}, ...own } = props;
  const node = document.createElement(tag);
  Object.assign(node, tag === "button" ? { type: "button", ...own } : own);
  if (className) node.className = className;
  Object.assign(node.dataset, data);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(`aria-${name}`, value);
  for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** An element of a drawing. */
export function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Paths in a square of 24, drawn by a pen.
const STROKES = {
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  menu: "M4 7h16M4 12h16M4 17h16",
  clip: "M20 11.5l-8 8a5.2 5.2 0 0 1-7.4-7.4l8.4-8.4a3.5 3.5 0 0 1 5 5l-8.4 8.3a1.7 1.7 0 0 1-2.4-2.4l7-7",
  down: "M6 9l6 6 6-6",
  download: "M12 4v12M6.5 11l5.5 5.5 5.5-5.5M5 20h14",
  link: "M8 16L17 7M9.5 6.5H17.5V14.5",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  ticks: "M2 12.5l4.5 4.5L15 7M11.5 16l1 1L21 7",
  block: "M5.6 5.6l12.8 12.8M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  away: "M4 4l16 16M10 5A9 9 0 0 1 21 12a13 13 0 0 1-2 3M6.5 7A13 13 0 0 0 3 12s3 6.5 9 6.5a8 8 0 0 0 4-1",
  send: "M4 12L20 4.5 15.5 20 11.5 13.200z M11.5 13.200L20 4.5",
};

/** A drawn sign without words; whoever uses it names the button. */
export function icon(name) {
  const sign = draw("svg", { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true" });
  sign.append(draw("path", { d: STROKES[name] }));
  return sign;
}

/** Let `button` open and close `panel`; Escape and a press elsewhere close it too.
 *  Returns a function that closes it. */
export function disclose(button, panel, { onOpen } = {}) {
  const set = (open) => {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  set(false);
  button.addEventListener("click", () => {
    if (panel.hidden) onOpen?.();
    set(panel.hidden);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!panel.hidden && !panel.contains(event.target) && !button.contains(event.target)) set(false);
  });
  for (const part of [button, panel]) {
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || panel.hidden) return;
      set(false);
      button.focus();
    });
  }
  return () => set(false);
}

/** Two letters that stand for a name. */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  return words.slice(0, 2).map((word) => [...word][0] ?? "").join("").toLocaleUpperCase();
}

/** A round sign with the initials of `name`, in a colour that stays with `seed`. */
export function avatar(name, seed) {
  const look = { class: "avatar", data: { colour: String(Math.abs(seed) % 6) }, aria: { hidden: "true" } };
  return el("span", look, initials(name));
}
