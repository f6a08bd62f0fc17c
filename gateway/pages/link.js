// What the pages behind the links of mails have in common: the link, the language, a call.
export const by = (id) => document.getElementById(id);

const link = new URLSearchParams(location.hash.slice(1));
// The link is used now; it need not stay in the history.
history.replaceState(null, "", location.pathname);

export const name = link.get("name") ?? "";
export const token = link.get("token") ?? "";

const COMMON = {
  kk: { broken: "Сілтеме толық емес. Хаттағы сілтемені толық ашыңыз.", failed: "Сервиске қосыла алмадық. Қайталап көріңіз." },
  ru: { broken: "Ссылка неполная. Откройте ссылку из письма целиком.", failed: "Не удалось связаться с сервисом. Попробуйте ещё раз." },
  en: { broken: "The link is not complete. Open the whole link of the mail.", failed: "The service can't be reached. Try again." },
};

const wanted = [link.get("language"), ...navigator.languages].map((it) => it?.slice(0, 2));
export const language = wanted.find((it) => it in COMMON) ?? "kk";

// Puts the page's words where they belong, and returns them.
export function speak(all) {
  const words = { ...COMMON[language], ...all[language] };
  document.documentElement.lang = language;
  document.title = `${words.title} – Irikteu`;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
  return words;
}

export function say(text, className = "") {
  by("text").textContent = text;
  by("text").className = className;
}

// Browsers give UUIDs only to secure pages.
const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
let key = newKey();

// The answer, or what to tell the person. A call that may have arrived is repeated under its key.
export async function call(method, path, body) {
  try {
    const reply = await fetch(path, {
      method,
      headers: { "Accept-Language": language, ...(body && { "Content-Type": "application/json", "Idempotency-Key": key }) },
      body: body && JSON.stringify(body),
    });
    const json = await reply.json();
    key = newKey();
    return { ok: reply.ok, status: reply.status, json };
  } catch {
    return { ok: false, status: 0, json: { detail: COMMON[language].failed } };
  }
}

// Every sentence of a refusal: its own, or those of the fields.
export const sentences = (problem) => problem.violations?.map((it) => it.detail).join(" ") || problem.detail;

// A page with one button. A person presses it: programs that open links in mails do nothing. A link
// that is not `whole` has no button; `told` is what the answer makes of the words.
export function oneButton({ whole, words, path, told = () => words.done }) {
  if (!whole) return say(words.broken, "bad");
  const button = by("button");
  say(words.ask);
  button.hidden = false;
  button.onclick = async () => {
    button.disabled = true;
    const answer = await call("POST", path, { token });
    button.disabled = false;
    if (!answer.ok) return say(sentences(answer.json), "bad");
    button.hidden = true;
    say(told(answer.json), "good");
  };
}
