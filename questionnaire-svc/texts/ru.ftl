# Фразы questionnaire-svc на русском языке.

## Отказы
campaign-exists = Отбор с таким идентификатором уже есть. Выберите другой идентификатор.
campaign-not-open-yet = Приём заявок ещё не начался. Начало приёма: { $open_time }
campaign-closed = Приём заявок завершён. Окончание приёма: { $close_time }
over-age-limit = Ваш возраст превышает предел этого отбора. Полных лет на { $reference_date }: { $age_years }. Предел: { $max_age_years }
application-exists = У Вас уже есть заявка в этом отборе: { $application }
application-needed = Сначала откройте заявку в этом отборе.
application-frozen = Сейчас заявку изменить нельзя. Её состояние: { $state }
application-incomplete = Заявка ещё не заполнена полностью. Мест, требующих внимания: { $problems }
application-decided = Заявку уже нельзя отозвать. Её состояние: { $state }
correction-term-over = Срок исправления истёк. Окончание срока: { $correction_due_time }
section-not-under-correction = Эксперт не просил исправить этот раздел: { $section }
section-verified = Раздел заполнен результатом тестирования, изменить его нельзя.
document-limit-reached = В заявке уже наибольшее число документов: { $limit }
document-already-uploaded = У этого документа уже другое содержимое. Создайте новый документ.
document-not-ready = Документ показать нельзя. Его состояние: { $state }
upload-broken-off = Загрузка прервалась. Ничего не сохранено, отправьте файл ещё раз.
upload-too-large = Отправлено больше байтов, чем заявлено или разрешено. Не более: { $limit }
upload-size-mismatch = Размер файла не совпадает с заявленным. Ожидалось байтов: { $expected }. Получено: { $received }
upload-hash-mismatch = Файл изменился в пути: его SHA-256 не совпадает с заявленным. Отправьте его ещё раз.
content-type-mismatch = Содержимое файла не соответствует заявленному типу. Заявлено: { $announced }. Обнаружено: { $found }
certificate-already-declared = Сведения о сертификате внесены, поэтому промокод больше недоступен.
content-unreadable = Файл не читается как заявленный тип: он повреждён или зашифрован. Заявлено: { $announced }
photo-shape-wrong = Фотография должна быть в пропорции 3×4. Не меньше точек: { $min_width } × { $min_height }. У вас: { $width } × { $height }

## Поля
window-backwards = Приём должен завершаться позже, чем начинается.
time-zone-unknown = Такого часового пояса нет. Укажите имя IANA, например Asia/Almaty.
declaration-not-accepted = Необходимо принять заявление: { $code }
phone-invalid = Укажите телефон Казахстана: +7 и десять цифр.
date-impossible = Такого дня нет в календаре.
date-in-future = Дата в будущем. Не позднее: { $latest }
dates-backwards = Дата окончания раньше даты начала.
end-or-present = Укажите либо дату увольнения, либо «по настоящее время», но не то и другое.
graduation-too-early = Год окончания слишком ранний для даты рождения. Не ранее: { $earliest }
document-unknown = В заявке нет такого документа.
document-kind-wrong = Документ другого вида или из другого раздела.
document-not-clean = Документ ещё не загружен, проверяется или не прошёл проверку.
document-empty = Файл пуст.
document-too-large = Файл слишком большой. Не более байтов: { $max }
media-type-not-taken = Файлы этого типа здесь не принимаются. Принимаются: { $media_types }
file-name-invalid = В имени файла есть путь или скрытые символы.
iin-length = ИИН состоит из 12 цифр.
iin-check-digit = В ИИН опечатка: контрольная цифра не подходит.
iin-all-zero = ИИН из одних нулей никому не принадлежит.
email-invalid = Это не адрес электронной почты.

## Проверки условий
check-age-met = Возраст в пределах условия. Полных лет на { $reference_date }: { $age_years }. Предел: { $max_age_years }
check-age-not-met = Возраст превышает предел. Полных лет на { $reference_date }: { $age_years }. Предел: { $max_age_years }
check-age-unconfirmed = Цифры ИИН указывают на возраст выше предела, но они могут не совпадать с датой рождения. Проверит эксперт. Предел: { $max_age_years }
check-age-unknown = Дата рождения неизвестна. Проверит эксперт. Предел: { $max_age_years }
check-citizenship-declared = Гражданство Республики Казахстан подтверждено заявителем.
check-citizenship-unknown = Гражданство Республики Казахстан подтверждается при отправке заявки.
check-education-met = Высшее образование есть. Уровень: { $level }
check-education-not-met = Ни одна запись не показывает высшего образования.
check-education-unknown = Образование ещё не указано.
check-experience-met = Стаж достаточен. Дней: { $total_days } (лет: { $years }, месяцев: { $months }, дней: { $days }). Требуется: { $min_days }
check-experience-not-met = Стаж недостаточен. Дней: { $total_days } (лет: { $years }, месяцев: { $months }, дней: { $days }). Требуется: { $min_days }
check-experience-unknown = Стаж ещё не указан. Требуется дней: { $min_days }
check-language-level-met = Уровень государственного языка достаточен. Уровень: { $level }. Требуется: { $min_level }
check-language-level-not-met = Уровень государственного языка недостаточен. Уровень: { $level }. Требуется: { $min_level }
check-language-level-unknown = Уровень государственного языка ещё не указан. Требуется: { $min_level }
check-certificate-validity-met = Сертификат действителен на день отправки. Действителен до: { $valid_until }. День отправки: { $submission_date }
check-certificate-validity-not-met = Сертификат недействителен на день отправки. Действителен до: { $valid_until }. День отправки: { $submission_date }
check-certificate-validity-unknown = Срок действия сертификата ещё не указан. День отправки: { $submission_date }
