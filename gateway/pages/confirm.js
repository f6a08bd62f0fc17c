// Proves an e-mail address by the link of a mail: of a registration, or of an account that changes
// its address.
import { name, oneButton, speak, token } from "/pages/link.js";

const REGISTRATION = {
  kk: {
    title: "Электрондық поштаны растау", ask: "Бұл пошта мекенжайы сіздікі екенін растау үшін батырманы басыңыз.",
    button: "Растау", done: "Мекенжай расталды. Тіркелуді бастаған бетке оралыңыз.",
  },
  ru: {
    title: "Подтверждение электронной почты", ask: "Нажмите кнопку, чтобы подтвердить, что этот адрес принадлежит вам.",
    button: "Подтвердить", done: "Адрес подтверждён. Вернитесь на страницу, где вы начали регистрацию.",
  },
  en: {
    title: "Confirm your e-mail address", ask: "Press the button to confirm that this address is yours.",
    button: "Confirm", done: "The address is confirmed. Go back to the page where you began to register.",
  },
};

// The change belongs to the session that began it, so the browser matters here.
const CHANGE = {
  kk: {
    title: "Жаңа пошта мекенжайын растау",
    ask: "Жаңа мекенжайды растау үшін батырманы басыңыз. Бұл бетті өзгерісті бастаған браузерде ашыңыз. Растағаннан кейін барлық сеанс аяқталады.",
    button: "Растау", done: "Мекенжай өзгерді. Қайта кіріңіз.",
  },
  ru: {
    title: "Подтверждение нового адреса",
    ask: "Нажмите кнопку, чтобы подтвердить новый адрес. Откройте эту страницу в том браузере, где вы начали смену адреса. После подтверждения все сеансы завершатся.",
    button: "Подтвердить", done: "Адрес изменён. Войдите снова.",
  },
  en: {
    title: "Confirm your new address",
    ask: "Press the button to confirm the new address. Open this page in the browser in which you began the change. After it every session ends.",
    button: "Confirm", done: "The address is changed. Sign in again.",
  },
};

const kinds = [
  { shape: /^registrationAttempts\/[A-Za-z0-9_-]+$/, verb: "proveEmail", words: REGISTRATION },
  { shape: /^accounts\/[A-Za-z0-9_-]+\/emailChanges\/[A-Za-z0-9_-]+$/, verb: "prove", words: CHANGE },
];
const isChange = location.pathname === "/confirm-email";
const kind = kinds[isChange ? 1 : 0];
const words = speak(kind.words);

oneButton({ whole: kind.shape.test(name) && token, words, path: `/v1/${name}/${kind.verb}` });
