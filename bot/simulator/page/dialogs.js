/** Questions the page itself asks, outside the phones. */

import { el } from "./dom.js";
import { LANGUAGES, fullName } from "./words.js";

function ask(title, content, buttons) {
  return new Promise((answered) => {
    const dialog = el("dialog", { class: "dialog" }, el("h2", {}, title), content, buttons);
    dialog.addEventListener("close", () => {
      dialog.remove();
      answered(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const button = (words, value, props = {}) =>
  el("button", { onclick: (event) => event.target.closest("dialog").close(value), ...props }, words);

/** Whether the reader says yes to `question`; Escape is a no. */
export async function confirmed(question, { yes }) {
  const buttons = el("div", { class: "dialog-buttons" },
    button("Cancel", ""), button(yes, "yes", { class: "danger" }));
  return (await ask("Are you sure?", el("p", {}, question), buttons)) === "yes";
}

/** Who gets a new phone: `{first_name, last_name, language_code}`, or `{id}` of one of `hidden`, or null. */
export async function newOwner(hidden) {
  const name = el("input", { name: "name", required: true, maxLength: 64, autocomplete: "off", dir: "auto" });
  const language = el("select", { name: "language" });
  for (const [code, title] of Object.entries(LANGUAGES)) {
    language.append(el("option", { value: code }, title));
  }
  const form = el("form", { class: "owner" },
    el("label", {}, "Name", name),
    el("label", {}, "Language of the phone", language),
    el("div", { class: "dialog-buttons" }, button("Cancel", ""),
      el("button", { type: "submit", class: "primary" }, "Add the phone")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (name.value.trim()) form.closest("dialog").close("new");
  });
  const back = hidden.map((owner) => button(fullName(owner), String(owner.id)));
  const again = el("div", { class: "again", hidden: !back.length }, el("p", {}, "Or bring back:"), ...back);
  const answer = await ask("Add a phone", form, again);
  if (answer === "") return null;
  if (answer !== "new") return { id: Number(answer) };
  const [first_name, ...rest] = name.value.trim().split(/\s+/);
  const last_name = rest.join(" ") || undefined;
  return { first_name, last_name, language_code: language.value };
}
