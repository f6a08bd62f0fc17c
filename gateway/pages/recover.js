// Replaces a forgotten password by the link of a mail: the token proves the mail, what that answers
// sets the password. A password that is refused costs no new mail.
import { by, call, name, say, sentences, speak, token } from "/pages/link.js";

const words = speak({
  kk: {
    title: "Жаңа құпиясөз", ask: "Аккаунтыңыз үшін жаңа құпиясөз ойлап табыңыз: кемінде 12 таңба.",
    password: "Жаңа құпиясөз", again: "Жаңа құпиясөзді қайталаңыз", show: "Құпиясөзді көрсету", button: "Сақтау",
    differ: "Құпиясөздер бірдей емес.", done: "Құпиясөз өзгерді, барлық сеанс аяқталды. Жаңа құпиясөзбен кіріңіз.",
  },
  ru: {
    title: "Новый пароль", ask: "Придумайте новый пароль для своей учётной записи: не короче 12 символов.",
    password: "Новый пароль", again: "Новый пароль ещё раз", show: "Показать пароль", button: "Сохранить",
    differ: "Пароли не совпадают.", done: "Пароль изменён, все сеансы завершены. Войдите с новым паролем.",
  },
  en: {
    title: "New password", ask: "Choose a new password for your account: 12 characters or more.",
    password: "New password", again: "New password again", show: "Show the password", button: "Save",
    differ: "The passwords differ.", done: "The password is changed and every session has ended. Sign in with the new password.",
  },
});

let completionToken;

async function save(event) {
  event.preventDefault();
  const newPassword = by("password").value;
  if (newPassword !== by("again").value) {
    say(words.differ, "bad");
    return by("again").focus();
  }
  by("button").disabled = true;
  const refusal = await replaced(newPassword);
  by("button").disabled = false;
  if (refusal) return say(sentences(refusal), "bad");
  by("form").hidden = true;
  say(words.done, "good");
}

async function replaced(newPassword) {
  if (!completionToken) {
    const proven = await call("POST", `/v1/${name}/prove`, { token });
    if (!proven.ok) return proven.json;
    completionToken = proven.json.completionToken;
  }
  const done = await call("POST", `/v1/${name}/complete`, { completionToken, newPassword });
  return done.ok ? null : done.json;
}

if (/^recoveries\/[A-Za-z0-9_-]+$/.test(name) && token) {
  say(words.ask);
  by("form").hidden = false;
  by("form").onsubmit = save;
  by("show").onchange = () => {
    for (const field of ["password", "again"]) by(field).type = by("show").checked ? "text" : "password";
  };
} else {
  say(words.broken, "bad");
}
