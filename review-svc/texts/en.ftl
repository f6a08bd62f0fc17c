# Sentences of review-svc, in English.

## Refusals
task-already-claimed = Another expert works on this task. The claim runs until: { $lease_expire_time }
claim-needed = Claim the task first.
lease-expired = Your claim has run out. It ended at: { $lease_expire_time }
task-decided = The task is decided, and a decision is not changed. Outcome: { $outcome }
task-withdrawn = The applicant has withdrawn the application.
own-application = Nobody reviews their own application.
calendar-missing = The working days of this year are not published yet: { $year }

## Fields
note-needed = This reason asks for a note.
repeated-code = This reason is listed already.
repeated-section = This section is listed already.
