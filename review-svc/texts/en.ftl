# Sentences of review-svc, in English.

## Refusals
task-already-claimed = Another expert works on this task. The claim runs until: { $lease_expire_time }
claim-needed = Claim the task first.
lease-expired = Your claim has run out. It ended at: { $lease_expire_time }
task-decided = The task is decided, and a decision is not changed. Outcome: { $outcome }
task-withdrawn = The applicant has withdrawn the application.
own-application = Nobody reviews their own application.
calendar-missing = The working days of this year are not published yet: { $year }
task-paused = The review of this application is paused. Since: { $pause_time }
task-not-paused = The review is not paused.
task-pending = The task is decided, and the decision waits to be published.
task-disputed = Two experts disagree on this task. A campaign manager decides.
task-not-disputed = No two experts disagree on this task.
task-not-pending = There is no decision that waits to be published.
task-disqualified = The applicant is out of the selection.
task-erroneous = The application was opened by mistake and was set aside.
conflict-of-interest = You declared a conflict of interest on this application.
first-opinion-given = You gave the first opinion on this task. The second is another expert's.
too-many-claims = You hold as many tasks as an expert may hold. At most: { $max }
no-task-to-claim = No task waits that you may review.
sections-not-ok = Every section must be marked OK first. Not OK or not marked: { $sections }
no-correction-wanted = The applicant does not ask for this application back.
too-many-saved-filters = You have as many saved filters as one may have. At most: { $max }
enquiry-closed = This enquiry is closed. Open a new one.
enquiry-full = There is no room for more in this enquiry. Open a new one. Pieces at most: { $max }
enquiry-not-answered = Nobody has answered this enquiry yet.
enquiry-not-public = The author did not agree to have this enquiry published.
too-many-enquiries = You have as many enquiries waiting as one may have. At most: { $max }

## Fields
note-needed = This reason asks for a note.
repeated-code = This reason is listed already.
repeated-section = This section is listed already.
repeated-name = This task is listed already.
repeated-day = This day is listed already. First at: { $first }
wrong-year = This day is in another year. The calendar is for: { $year }
weekend-is-off = A Saturday or Sunday is off anyway. List the working day that is off for it.
not-a-weekend = Only a Saturday or a Sunday can be a weekend that is worked.
wrong-columns = The columns must be: date,kind,kk,ru,en. Line: { $line }
not-of-this-outcome = This does not belong to the chosen outcome.
