// The API page's own words. Descriptions come from the contract and are in English.
export const WORDS = {
  kk: {
    token: "Қатынау токені", filter: "Операцияны іздеу", introduction: "API сипаттамасы",
    choose: "Сол жақтан операцияны таңдаңыз.", document: "OpenAPI құжаты",
    parameters: "Параметрлер", body: "Сұрау денесі", file: "Файл", answer: "Жауап пішімі",
    send: "Жіберу", sending: "Жіберілуде…", curl: "curl пәрмені", copy: "Көшіру", copied: "Көшірілді",
    received: "Жауап", failed: "Сервиске қосыла алмадық.", required: "міндетті", readOnly: "тек оқу үшін",
    writeOnly: "тек жіберу үшін", needsSession: "Жүйеге кіру қажет", takesSession: "Кірусіз де болады",
    taken: "Токен қабылданды.", download: "Файлды сақтау", nothing: "Ештеңе табылмады.", stop: "Тоқтату",
  },
  ru: {
    token: "Токен доступа", filter: "Поиск операции", introduction: "Описание API",
    choose: "Выберите операцию слева.", document: "Документ OpenAPI",
    parameters: "Параметры", body: "Тело запроса", file: "Файл", answer: "Форма ответа",
    send: "Отправить", sending: "Отправляется…", curl: "Команда curl", copy: "Копировать", copied: "Скопировано",
    received: "Ответ", failed: "Не удалось связаться с сервисом.", required: "обязательно", readOnly: "только чтение",
    writeOnly: "только запись", needsSession: "Нужен вход", takesSession: "Можно без входа",
    taken: "Токен принят.", download: "Сохранить файл", nothing: "Ничего не найдено.", stop: "Остановить",
  },
  en: {
    token: "Access token", filter: "Find an operation", introduction: "About the API",
    choose: "Choose an operation on the left.", document: "OpenAPI document",
    parameters: "Parameters", body: "Request body", file: "File", answer: "Shape of the answer",
    send: "Send", sending: "Sending…", curl: "As curl", copy: "Copy", copied: "Copied",
    received: "Answer", failed: "The service can't be reached.", required: "required", readOnly: "read only",
    writeOnly: "write only", needsSession: "Needs a session", takesSession: "Works without a session",
    taken: "Token taken over.", download: "Save the file", nothing: "Nothing found.", stop: "Stop",
  },
};

export const LANGUAGES = Object.keys(WORDS);

// The language chosen before, or the browser's, or Kazakh.
export function startLanguage() {
  const kept = localStorage.getItem("language");
  const wanted = [kept, ...navigator.languages.map((it) => it.slice(0, 2))];
  return wanted.find((it) => LANGUAGES.includes(it)) ?? "kk";
}
