// Accepts an invitation to the staff by the link of its mail: with the account of the session, or
// with a new one. What the person registry does not know is asked for when the service asks for it.
import { by, call, name, say, sentences, speak, token } from "/pages/link.js";

const words = speak({
  kk: {
    title: "Қызметке шақыру", asNew: "Шақыруды қабылдау үшін аккаунт ашыңыз. Аккаунтыңыз бар болса, алдымен кіріңіз де, сілтемені қайта ашыңыз.",
    asKnown: "Шақыруды қабылдау үшін құпиясөзіңізді енгізіңіз: рөлдер кірген аккаунтыңызға беріледі.",
    iin: "ЖСН", password: "Құпиясөз (кемінде 15 таңба)", show: "Құпиясөзді көрсету",
    familyName: "Тегі", givenName: "Аты", patronymic: "Әкесінің аты", birthDate: "Туған күні",
    button: "Қабылдау", done: "Шақыру қабылданды. Енді кіре аласыз.",
  },
  ru: {
    title: "Приглашение в сотрудники", asNew: "Чтобы принять приглашение, создайте учётную запись. Если она у вас есть, сначала войдите и откройте ссылку снова.",
    asKnown: "Чтобы принять приглашение, введите свой пароль: роли получит учётная запись, с которой вы вошли.",
    iin: "ИИН", password: "Пароль (не короче 15 символов)", show: "Показать пароль",
    familyName: "Фамилия", givenName: "Имя", patronymic: "Отчество", birthDate: "Дата рождения",
    button: "Принять", done: "Приглашение принято. Теперь можно войти.",
  },
  en: {
    title: "Invitation to the staff", asNew: "Make an account to accept the invitation. If you have one, sign in first and open the link again.",
    asKnown: "Enter your password to accept the invitation: the account you are signed in with gets the roles.",
    iin: "IIN", password: "Password (15 characters or more)", show: "Show the password",
    familyName: "Family name", givenName: "Given name", patronymic: "Patronymic", birthDate: "Date of birth",
    button: "Accept", done: "The invitation is accepted. You can sign in now.",
  },
});

const FIELDS = ["iin", "familyName", "givenName", "patronymic", "birthDate"];

function filled() {
  const body = { token, password: by("password").value };
  for (const field of FIELDS) {
    const { value } = by(field);
    if (!value || by(field).closest("label").hidden) continue;
    const [year, month, day] = value.split("-").map(Number);
    body[field] = field === "birthDate" ? { year, month, day } : value.trim();
  }
  return body;
}

// A field that the service asks for is shown from then on.
function ask(field) {
  by(field).closest("label").hidden = false;
}

async function accept(event) {
  event.preventDefault();
  by("button").disabled = true;
  const answer = await call("POST", `/v1/${name}/accept`, filled());
  by("button").disabled = false;
  if (answer.ok) {
    by("form").hidden = true;
    return say(words.done, "good");
  }
  const wrong = answer.json.violations?.map((it) => it.field.split(".")[0]) ?? [];
  wrong.filter((it) => FIELDS.includes(it)).forEach(ask);
  if (wrong.includes("familyName") || wrong.includes("givenName")) ask("patronymic");
  say(sentences(answer.json), "bad");
  if (wrong[0] && by(wrong[0])) by(wrong[0]).focus();
}

if (/^staffInvitations\/[A-Za-z0-9_-]+$/.test(name) && token) {
  const session = await call("GET", "/v1/sessions/current");
  if (!session.ok) ask("iin");
  by("password").autocomplete = session.ok ? "current-password" : "new-password";
  say(session.ok ? words.asKnown : words.asNew);
  by("form").hidden = false;
  by("form").onsubmit = accept;
  by("show").onchange = () => { by("password").type = by("show").checked ? "text" : "password"; };
} else {
  say(words.broken, "bad");
}
