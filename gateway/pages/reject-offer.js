// Gives an offered seat to the next person, by the link of a letter and without signing in. A person
// presses the button: programs that open links in mails reject nothing.
import { by, call, language, say, sentences, speak, token } from "/pages/link.js";

const words = speak({
  kk: {
    title: "Ұсынылған орыннан бас тарту", ask: "Батырманы бассаңыз, орын кезектегі келесі адамға ұсынылады.",
    button: "Бас тарту", done: "Рақмет. Орын келесі адамға ұсынылады.",
  },
  ru: {
    title: "Отказ от предложенного места", ask: "Если вы нажмёте кнопку, место предложат следующему в очереди.",
    button: "Отказаться", done: "Спасибо. Место предложат следующему в очереди.",
  },
  en: {
    title: "Give up the offered seat", ask: "Press the button and the seat is offered to the next person on the list.",
    button: "Give it up", done: "Thank you. The seat is offered to the next person.",
  },
});

// Which seat it was, by the clocks of Astana.
function which({ startTime, centerTitle }) {
  const when = startTime && new Intl.DateTimeFormat(language, {
    dateStyle: "long", timeStyle: "short", timeZone: "Asia/Almaty",
  }).format(new Date(startTime));
  return [centerTitle?.[language], when].filter(Boolean).join(", ");
}

async function reject() {
  by("button").disabled = true;
  const answer = await call("POST", "/v1/seatOffers/reject", { token });
  by("button").disabled = false;
  if (!answer.ok) return say(sentences(answer.json), "bad");
  by("button").hidden = true;
  say(`${words.done} ${which(answer.json)}`.trim(), "good");
}

if (token) {
  say(words.ask);
  by("button").hidden = false;
  by("button").onclick = reject;
} else {
  say(words.broken, "bad");
}
