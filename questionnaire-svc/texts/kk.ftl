# questionnaire-svc сөйлемдері, қазақ тілінде.

## Бас тартулар
campaign-exists = Мұндай идентификаторы бар іріктеу бұрыннан бар. Басқа идентификатор таңдаңыз.
campaign-not-open-yet = Өтінім қабылдау әлі басталған жоқ. Қабылдаудың басталуы: { $open_time }
campaign-closed = Өтінім қабылдау аяқталды. Қабылдаудың аяқталуы: { $close_time }
over-age-limit = Сіздің жасыңыз осы іріктеудің шегінен асады. Есептеу күні: { $reference_date }. Толық жас: { $age_years }. Шегі: { $max_age_years }
application-exists = Осы іріктеуде Сіздің өтініміңіз бар: { $application }
application-needed = Алдымен осы іріктеуде өтінім ашыңыз.
application-frozen = Қазір өтінімді өзгертуге болмайды. Өтінімнің күйі: { $state }
application-incomplete = Өтінім әлі толық толтырылмаған. Назар аударатын жерлер саны: { $problems }
application-decided = Өтінімді енді қайтарып алуға болмайды. Өтінімнің күйі: { $state }
correction-term-over = Түзету мерзімі өтіп кетті. Мерзімнің аяқталуы: { $correction_due_time }
section-not-under-correction = Сарапшы бұл бөлімді түзетуді сұраған жоқ. Бөлім: { $section }
section-verified = Бұл бөлім тестілеу нәтижесімен толтырылған, оны өзгертуге болмайды.
document-limit-reached = Өтінімдегі құжаттар саны шегіне жетті. Шегі: { $limit }
document-already-uploaded = Бұл құжаттың мазмұны басқа. Жаңа құжат жасаңыз.
document-not-ready = Құжатты көрсету мүмкін емес. Құжаттың күйі: { $state }
upload-broken-off = Жүктеу үзіліп қалды. Ештеңе сақталмады, файлды қайта жіберіңіз.
upload-too-large = Көрсетілгеннен немесе рұқсат етілгеннен көп байт жіберілді. Ең көбі: { $limit }
upload-size-mismatch = Файлдың көлемі көрсетілген көлемге сәйкес емес. Күтілген байт: { $expected }. Алынған байт: { $received }
upload-hash-mismatch = Файл жолда өзгерген: оның SHA-256 мәні көрсетілгенге сәйкес емес. Файлды қайта жіберіңіз.
content-type-mismatch = Файлдың мазмұны көрсетілген түрге сәйкес емес. Көрсетілген түрі: { $announced }. Анықталған түрі: { $found }
certificate-already-declared = Сертификат бойынша ақпарат енгізілген, сондықтан промокодты қалыптастыру қолжетімсіз.
content-unreadable = Файл көрсетілген түр ретінде оқылмайды: ол бүлінген немесе шифрланған. Көрсетілген түрі: { $announced }
photo-shape-wrong = Фотосурет 3×4 пропорциясында болуы керек. Ең аз нүкте саны: { $min_width } × { $min_height }. Сіздікі: { $width } × { $height }

## Өрістер
window-backwards = Қабылдаудың аяқталуы басталуынан кейін болуы тиіс.
time-zone-unknown = Мұндай уақыт белдеуі жоқ. IANA атауын көрсетіңіз, мысалы: Asia/Almaty
declaration-not-accepted = Мәлімдемені қабылдау қажет: { $code }
phone-invalid = Қазақстан телефонын көрсетіңіз: +7 және он цифр.
date-impossible = Күнтізбеде мұндай күн жоқ.
date-in-future = Күні болашақта тұр. Ең кеш күні: { $latest }
dates-backwards = Аяқталу күні басталу күнінен бұрын.
end-or-present = Не жұмыстан шыққан күнін, не «Қазіргі уақытқа дейін» белгісін көрсетіңіз, екеуін бірге емес.
graduation-too-early = Бітіру жылы туған күнге қарағанда тым ерте. Ең ерте жылы: { $earliest }
document-unknown = Өтінімде мұндай құжат жоқ.
document-kind-wrong = Құжат басқа түрге немесе басқа бөлімге жатады.
document-not-clean = Құжат әлі жүктелмеген, тексерілуде немесе тексерістен өтпеген.
document-empty = Файл бос.
document-too-large = Файл тым үлкен. Ең көп байт: { $max }
media-type-not-taken = Мұндай файл түрі қабылданбайды. Қабылданатын түрлері: { $media_types }
file-name-invalid = Файл атауында жол немесе жасырын таңбалар бар.
iin-length = ЖСН 12 цифрдан тұрады.
iin-check-digit = ЖСН қате терілген: бақылау цифры сәйкес келмейді.
iin-all-zero = Тек нөлдерден тұратын ЖСН ешкімге тиесілі емес.
email-invalid = Бұл электрондық пошта мекенжайы емес.

## Талаптарды тексеру
check-age-met = Жасы талапқа сай. Есептеу күні: { $reference_date }. Толық жас: { $age_years }. Шегі: { $max_age_years }
check-age-not-met = Жасы шектен асады. Есептеу күні: { $reference_date }. Толық жас: { $age_years }. Шегі: { $max_age_years }
check-age-unconfirmed = ЖСН цифрлары шектен асатын жасты көрсетеді, бірақ олар туған күнге сәйкес келмеуі мүмкін. Сарапшы тексереді. Шегі: { $max_age_years }
check-age-unknown = Туған күні белгісіз. Сарапшы тексереді. Шегі: { $max_age_years }
check-citizenship-declared = Үміткер Қазақстан Республикасының азаматы екенін мәлімдеді.
check-citizenship-unknown = Қазақстан Республикасының азаматтығы өтінім жіберілгенде мәлімделеді.
check-education-met = Жоғары білімі бар. Деңгейі: { $level }
check-education-not-met = Бірде-бір жазба жоғары білімді көрсетпейді.
check-education-unknown = Білімі туралы ақпарат әлі енгізілмеген.
check-experience-met = Жұмыс өтілі жеткілікті. Барлық күн: { $total_days } (жыл: { $years }, ай: { $months }, күн: { $days }). Қажетті күн: { $min_days }
check-experience-not-met = Жұмыс өтілі жеткіліксіз. Барлық күн: { $total_days } (жыл: { $years }, ай: { $months }, күн: { $days }). Қажетті күн: { $min_days }
check-experience-unknown = Жұмыс өтілі әлі көрсетілмеген. Қажетті күн: { $min_days }
check-language-level-met = Мемлекеттік тілді меңгеру деңгейі жеткілікті. Деңгейі: { $level }. Қажетті деңгей: { $min_level }
check-language-level-not-met = Мемлекеттік тілді меңгеру деңгейі жеткіліксіз. Деңгейі: { $level }. Қажетті деңгей: { $min_level }
check-language-level-unknown = Мемлекеттік тілді меңгеру деңгейі әлі көрсетілмеген. Қажетті деңгей: { $min_level }
check-certificate-validity-met = Сертификат өтінім жіберілген күні жарамды. Жарамдылық мерзімі: { $valid_until }. Жіберілген күн: { $submission_date }
check-certificate-validity-not-met = Сертификат өтінім жіберілген күні жарамсыз. Жарамдылық мерзімі: { $valid_until }. Жіберілген күн: { $submission_date }
check-certificate-validity-unknown = Сертификаттың жарамдылық мерзімі әлі көрсетілмеген. Жіберілген күн: { $submission_date }
