// Proves an e-mail address by the link of the mail. A person presses the button: programs that
// open links in mails prove nothing.
const WORDS = {
  kk: {
    title: "Электрондық поштаны растау", ask: "Бұл пошта мекенжайы сіздікі екенін растау үшін батырманы басыңыз.",
    button: "Растау", done: "Мекенжай расталды. Тіркелуді бастаған бетке оралыңыз.",
    broken: "Сілтеме толық емес. Хаттағы сілтемені толық ашыңыз.", failed: "Сервиске қосыла алмадық. Қайталап көріңіз.",
  },
  ru: {
    title: "Подтверждение электронной почты", ask: "Нажмите кнопку, чтобы подтвердить, что этот адрес принадлежит вам.",
    button: "Подтвердить", done: "Адрес подтверждён. Вернитесь на страницу, где вы начали регистрацию.",
    broken: "Ссылка неполная. Откройте ссылку из письма целиком.", failed: "Не удалось связаться с сервисом. Попробуйте ещё раз.",
  },
  en: {
    title: "Confirm your e-mail address", ask: "Press the button to confirm that this address is yours.",
    button: "Confirm", done: "The address is confirmed. Go back to the page where you began to register.",
    broken: "The link is not complete. Open the whole link of the mail.", failed: "The service can't be reached. Try again.",
  },
};

const by = (id) => document.getElementById(id);
const link = new URLSearchParams(location.hash.slice(1));
const name = link.get("name") ?? "";
const token = link.get("token") ?? "";
// The link is used now; it need not stay in the history.
history.replaceState(null, "", location.pathname);

const wanted = [link.get("language"), ...navigator.languages].map((it) => it?.slice(0, 2));
const language = wanted.find((it) => it in WORDS) ?? "kk";
const words = WORDS[language];

function say(text, className = "") {
  by("text").textContent = text;
  by("text").className = className;
}

async function confirm() {
  by("button").disabled = true;
  try {
    const reply = await fetch(`/v1/${name}/proveEmail`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": language },
      body: JSON.stringify({ token }),
    });
    if (reply.ok) {
      by("button").hidden = true;
      return say(words.done, "good");
    }
    say((await reply.json()).detail, "bad");
  } catch {
    say(words.failed, "bad");
  }
  by("button").disabled = false;
}

document.documentElement.lang = language;
document.title = `${words.title} – Irikteu`;
by("title").textContent = words.title;
if (/^registrationAttempts\/[A-Za-z0-9_-]+$/.test(name) && token) {
  say(words.ask);
  by("button").textContent = words.button;
  by("button").hidden = false;
  by("button").onclick = confirm;
} else {
  say(words.broken, "bad");
}
