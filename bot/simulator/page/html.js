/** What a message may contain: the server's HTML, rebuilt tag by tag from a short list. */

import { el } from "./dom.js";

const PLAIN = {
  B: "b", STRONG: "b", I: "i", EM: "i", U: "u", INS: "u", S: "s", STRIKE: "s", DEL: "s", CODE: "code",
};
const ADDRESS = /^(https?:|mailto:|tel:|tg:)/i;
const COMMAND = /(?<![\w/@.:<])\/[a-z0-9_]{1,32}(?:@\w+)?(?![\w/])/gi;

/** Nodes for `html`. Tags outside the list give their text only; nothing in it can run or load.
 *  A pressed /command calls `chat.onSend(text)`, a pressed link `chat.onLink(event, address)`. */
export function rebuild(html, chat) {
  const inert = new DOMParser().parseFromString(html, "text/html");
  const out = document.createDocumentFragment();
  copy(inert.body, out, { chat, inside: "" });
  return out;
}

function copy(from, to, context) {
  let afterBlock = false;
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      // Telegram draws no empty line between a quotation and the text after its line break.
      const text = afterBlock ? child.data.replace(/^\n/, "") : child.data;
      to.append(...(context.inside ? [text] : withCommands(text, context.chat)));
      afterBlock = false;
    } else if (child.nodeType === Node.ELEMENT_NODE) {
      const node = allowed(child, context);
      if (node === null) {
        if (!["SCRIPT", "STYLE", "TEMPLATE"].includes(child.tagName)) copy(child, to, context);
        continue;
      }
      const inside = ["A", "CODE", "PRE"].includes(node.tagName) ? node.tagName : context.inside;
      copy(child, node, { ...context, inside });
      to.append(node);
      afterBlock = ["PRE", "BLOCKQUOTE"].includes(node.tagName);
    }
  }
}

function allowed(element, context) {
  const tag = element.tagName;
  if (tag in PLAIN) return el(PLAIN[tag]);
  if (tag === "BR") return el("br");
  if (tag === "PRE") return el("pre", { dir: "auto" });
  if (tag === "BLOCKQUOTE") return el("blockquote", { dir: "auto" });
  if (tag === "TG-SPOILER" || element.classList.contains("tg-spoiler")) return spoiler();
  if (tag === "A" && ADDRESS.test(element.getAttribute("href") ?? "") && context.inside !== "A") {
    return link(element.getAttribute("href"), context.chat);
  }
  return null;
}

/** A link that opens beside the demo, unless `chat.onLink` takes the press. */
export function link(address, chat, props = {}) {
  const node = el("a", { href: address, target: "_blank", rel: "noopener noreferrer", ...props });
  node.addEventListener("click", (event) => chat.onLink(event, address));
  return node;
}

function spoiler() {
  const node = el("span", { class: "spoiler", role: "button", tabIndex: 0 });
  const reveal = () => node.classList.add("shown");
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", (event) => event.key === "Enter" && reveal());
  return node;
}

function withCommands(text, chat) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(COMMAND)) {
    parts.push(text.slice(end, found.index));
    const press = (event) => {
      event.preventDefault();
      chat.onSend(found[0]);
    };
    // A link, not a button: a button is a box that drags the comma behind it onto the next line.
    parts.push(el("a", { class: "command-link", href: "#", onclick: press }, found[0]));
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}
