// Gives an offered seat to the next person, by the link of a letter and without signing in.
import { language, oneButton, speak, token } from "/pages/link.js";

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

// Which seat it was, by the clocks of its place.
function which({ startTime, centerTitle, timeZone }) {
  const when = startTime && new Intl.DateTimeFormat(language, {
    dateStyle: "long", timeStyle: "short", timeZone,
  }).format(new Date(startTime));
  return [centerTitle?.[language], when].filter(Boolean).join(", ");
}

oneButton({
  whole: token,
  words,
  path: "/v1/seatOffers/reject",
  told: (seat) => `${words.done} ${which(seat)}`.trim(),
});
