/** What a phone itself says, in its owner's language; what the bot says comes from the bot. */

const WORDS = {
  en: {
    months: "January February March April May June July August September October November December"
      .split(" "),
    bot: "bot", connecting: "connecting…", message: "Message", menu: "Menu", start: "START", send: "Send",
    attach: "Attach a file", edited: "edited", about: "What can this bot do?", pinned: "Pinned message",
    map: "Open the map", newest: "To the newest message", more: "More", block: "Block the bot",
    unblock: "Unblock the bot", remove: "Remove from view", commands: "Commands", messages: "Messages",
    photo: "Photo", ok: "OK", copied: "Copied", failed: "Not sent. Try again.",
    kilobytes: "{n} KB", megabytes: "{n} MB", bytes: "{n} B",
  },
  kk: {
    months: "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан".split(" "),
    bot: "бот", connecting: "қосылуда…", message: "Хабарлама", menu: "Мәзір", start: "БАСТАУ",
    send: "Жіберу", attach: "Файл тіркеу", edited: "өзгертілді", about: "Бұл бот не істей алады?",
    pinned: "Бекітілген хабарлама", map: "Картаны ашу", newest: "Соңғы хабарламаға", more: "Тағы",
    block: "Ботты бұғаттау", unblock: "Бұғаттан шығару", remove: "Экраннан алып тастау",
    commands: "Командалар", messages: "Хабарламалар", photo: "Фото",
    ok: "Жарайды", copied: "Көшірілді", failed: "Жіберілмеді. Қайталап көріңіз.", kilobytes: "{n} КБ",
    megabytes: "{n} МБ", bytes: "{n} Б",
  },
  ru: {
    months: "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(" "),
    bot: "бот", connecting: "соединение…", message: "Сообщение", menu: "Меню", start: "СТАРТ",
    send: "Отправить", attach: "Прикрепить файл", edited: "изменено", about: "Что умеет этот бот?",
    pinned: "Закреплённое сообщение", map: "Открыть карту", newest: "К последнему сообщению", more: "Ещё",
    block: "Заблокировать бота", unblock: "Разблокировать бота", remove: "Убрать с экрана",
    commands: "Команды", messages: "Сообщения", photo: "Фото", ok: "ОК",
    copied: "Скопировано", failed: "Не отправлено. Повторите.", kilobytes: "{n} КБ", megabytes: "{n} МБ",
    bytes: "{n} Б",
  },
};

/** The languages a new phone can be given: the three the bot speaks, and some of its guests. */
export const LANGUAGES = {
  en: "English", kk: "Қазақша", ru: "Русский",
  ar: "العربية", de: "Deutsch", es: "Español", fr: "Français", zh: "中文",
};

/** "Айгерім Серікқызы" for the owner of a phone. */
export const fullName = (owner) => [owner.first_name, owner.last_name].filter(Boolean).join(" ");

/** The words of a phone set to `code` ("ru-RU" is ru); English where there are none. */
export function wordsOf(code) {
  return WORDS[code?.split("-")[0]] ?? WORDS.en;
}

/** "22 тамыз" for "2025-08-22". Own month names: not every browser knows the Kazakh ones. */
export function dayOf(date, code) {
  const [, month, day] = date.split("-").map(Number);
  return `${day} ${wordsOf(code).months[month - 1]}`;
}

/** "12.4 KB" as that language writes it. */
export function fileSize(bytes, code) {
  const words = wordsOf(code);
  const number = (n) => n.toLocaleString(code, { maximumFractionDigits: 1 });
  if (bytes < 1024) return words.bytes.replace("{n}", number(bytes));
  if (bytes < 1024 * 1024) return words.kilobytes.replace("{n}", number(bytes / 1024));
  return words.megabytes.replace("{n}", number(bytes / 1024 / 1024));
}
