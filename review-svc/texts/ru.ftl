# Фразы review-svc на русском языке.

## Отказы
task-already-claimed = Над этой задачей работает другой эксперт. Закреплена до: { $lease_expire_time }
claim-needed = Сначала возьмите задачу в работу.
lease-expired = Срок закрепления задачи истёк. Окончание: { $lease_expire_time }
task-decided = По задаче принято решение, изменить его нельзя. Решение: { $outcome }
task-withdrawn = Заявитель отозвал заявку.
own-application = Собственную заявку не проверяют.
calendar-missing = Рабочие дни этого года ещё не опубликованы: { $year }

## Поля
note-needed = Для этой причины нужно пояснение.
repeated-code = Эта причина уже указана.
repeated-section = Этот раздел уже указан.
