# Why testing-svc said no, and what to do with a promo code, in English.
promo-code-already-issued = You have a promo code in this campaign already, for { $test_system }. One code is given to each candidate, for both test systems together.
iin-needed = A promo code is given for an IIN, by which the test systems find a person. Your account has none, so no promo code can be issued.
not-eligible = You can book this stage once your application is accepted and you have advanced to it.
stage-exists = The campaign has a stage with this number already.
session-full = Every seat of this session is taken. Choose another session.
session-started = This session has begun. Start: { $start_time }. Choose a later one.
stage-already-booked = You have a seat in this stage already. Move that booking instead.
hold-expired = The seat was held until { $hold_expire_time } and has been given back. Choose a seat again.
booking-not-confirmed = The seat is only held. Confirm the booking first.
seat-unfit = The application was changed since the seat was taken and asks for another sort of seat now. Move the booking to a session with such a seat, or give it up and book anew; or change the application back.
booking-over = Nothing more can be done with this booking. Its state: { $state }
change-too-late = The booking could be changed until { $change_expire_time }. It can't be changed any more.
changes-spent = The booking was moved as often as it may be. Most moves: { $max_changes }
start-too-early = The test can't be started yet. It opens at { $start_open_time }
start-too-late = The test can't be started any more. It was open until { $start_close_time }
check-in-needed = Let the exam desk check you in first: show your identity card.
times-backwards = The end must be later than the start.
time-in-past = This time has passed.
time-zone-unknown = There is no such time zone. Give a name such as Asia/Almaty.
other-stage = This session is of another stage. A booking moves within its stage.
other-campaign = This session is of another campaign.
same-session = The booking is in this session already.
how-to-kaztest = Open kazakhtest.kz and fill in the registration questionnaire for KAZTEST. Type the promo code { $code } into the field «Менің жауабым» ("My answer") instead of paying. Use the code yourself: it is personal and good for one test. You find your result at app.testcenter.kz under «Менің тарихым».
how-to-qrt = Open www.qrt.kz and register for QAZAQ RESMI TEST. As the purpose choose «Басқасы - Басқа себеп - Президенттік жастар кадр резерві». At the payment step type the promo code { $code } instead of paying. Use the code yourself: it is personal and good for one test.
# Seats, rooms, closures and the waiting list.
session-closed = This session was closed. It would have started at { $start_time }. Choose another one.
session-not-started = The session has not begun. Start: { $start_time }. The person can still come.
session-has-bookings = People are booked for this session, so its time, place and language stay. Seats taken: { $taken }. Close the session if you have to.
seats-taken = More seats are taken than there would be. Taken: { $taken }
quota-full = Every seat of this sort is taken. Choose another session or another seat.
room-taken = Another session is in the room then: { $start_time } – { $end_time }
room-in-use = A coming session in this room has more seats. Change that session first.
place-closed = The centre or the room is closed at that time.
already-waiting = You are on the waiting list of this stage already.
waitlist-entry-over = Nothing more can be done with this place on the waiting list. Its state: { $state }
no-offer = No seat has been offered to you yet.
offer-lapsed = The offered seat had to be answered by { $offer_expire_time }. It went to the next person.
offer-link-invalid = This link is not valid. Sign in and answer there.
offer-answered = This offer was answered before.
undo-too-late = The session is over and the mark can't be taken back any more. It could be until { $undo_expire_time }
other-center = This room is of another centre.
off-grid = The times of a session in a room must be whole five minutes.
over-room-seats = The room has fewer seats than that.
over-capacity = This is more than the seats of the session.
quota-repeated = There is a quota like this already.
quota-unknown = This session has no seats of this sort.
not-as-applied = Your application says otherwise: { $value ->
    [kk] Kazakh
    [ru] Russian
    [en] English
   *[other] { $value }
}. Leave the field empty, or change the application first.
seats-none-planned = No sessions are planned
seats-day-empty = No session at this place on this day
seats-center-full = { $center }: full
seats-full = { $center }, { $time }: full
seats-closed = { $center }, { $time }: closed
seats-kept = { $center }, { $time }: the seats that are left are kept for people who need an accessible workstation
seats-published = the results of the stage are out, and nobody sits it any more
seats-no-language-form = { $center }, { $time }: no { $language ->
    [kk] Kazakh
    [ru] Russian
   *[other] English
} form
seats-language-full = { $center }, { $time }: every { $language ->
    [kk] Kazakh
    [ru] Russian
   *[other] English
} form is taken
seats-no-accessible = { $center }, { $time }: no accessible workstation
seats-accessible-full = { $center }, { $time }: every accessible workstation is taken
seats-not-of-sort = { $center }, { $time }: no seat of this sort
seats-sort-full = { $center }, { $time }: every seat of this sort is taken
seats-next = next at { $center }, { $time }
# What comes of a stage.
stage-published = The results of this stage were published on { $publish_time }. They stay as they are; a result is changed by an appeal only.
session-published = The results of this session were published on { $publish_time }. A result is changed by an appeal only.
results-compete = In this stage people compete with each other: results are published for the whole stage at once.
rule-missing = This stage lacks a setting that is needed first: { $field }
scale-in-use = Scores were imported that the new scale does not have. How many: { $count }
attempt-over = This attempt is over. Its state: { $state }
attempt-paused = The test is paused. The exam desk lets it go on.
attempts-unfinished = Some people still sit the stage. How many: { $count }. One of them: { $candidate_number }
sittings-ahead = Some people have a booking that is still to be sat. How many: { $count }. One of them: { $candidate_number }
results-missing = Some people sat the stage and have neither a score nor the mark of absence. How many: { $count }. One of them: { $candidate_number }
ties-undecided = The scores at the cut are equal and there are not enough places. Direction: { $direction }. Candidates: { $tied }, places: { $places }. The commission has to choose.
input-changed = The results or the rule have changed since the preview. Look at the preview again.
earlier-stage-open = The results of an earlier stage are not published yet: { $stage }
results-not-published = The results of this stage are not published yet.
appeals-undecided = Appeals of an earlier stage are not closed yet. How many: { $count }. Stage: { $stage }
appeal-term-over = The term for appeals is over. It ended: { $appeal_expire_time }
appeal-exists = You have filed an appeal against this result already.
appeal-published = The decision on this appeal is published and can't be changed.
result-not-scored = This result has no score that an appeal could change.
membership-over = This membership is over. Its state: { $state }
certificate-over = This certificate is no longer good. Its state: { $state }
reissue-impossible = No other certificate can take its place: it was not revoked, or its result was annulled. Its state: { $state }
candidate-unknown = There is no candidate with this number.
candidate-twice = This number stands in the import twice.
score-off-scale = The score is outside the scale of the stage.
too-many-decimals = The score has more digits after the point than the scale allows.
not-in-stage = This candidate does not take part in the stage.
not-sat = This candidate did not sit the stage.
attempt-running = This candidate still sits the stage.
attempt-void = The attempt of this candidate was terminated: it has no result.
count-mismatch = The number of rows is not the declared one. Is the file complete?
sum-mismatch = The sum of the scores is not the declared one. Is the file complete?
score-or-absent = Give either a score or the mark of absence, not both.
text-unreadable = The file can't be read as text. Save it in UTF-8.
columns-unknown = The first line must name the columns: candidate_number, score and, if need be, absent.
more-problems = There are more errors; a dry run shows them all.
scale-backwards = The best score must be above the least.
share-impossible = The share must be above zero and at most one whole.
direction-twice = This direction has a quota already.
stage-not-earlier = Only an earlier stage can decide between equal scores, and each only once.
choice-not-tied = The commission does not have to decide on this candidate.
choice-count = The number of the chosen is not the number of places.
subject-unknown = The stage has no such subject, or it is named twice.
subjects-incomplete = Each subject of the stage needs a score.
subject-sum-mismatch = The subjects do not add up to the whole.
named-twice = This code is in the list already.
result-published = The result of this person is published. It is changed by an appeal only.
certificate-number = There is no such number or code. Look again at how they are printed on the paper.
result-advanced = You are { $ordinal } of { $competitors } { $among ->
    [all] among all candidates
   *[direction] in your direction
}; { $advancing } advance; the cut is { $cut }. Your score is { $total }: you advance to the next stage.
result-not-advanced = You are { $ordinal } of { $competitors } { $among ->
    [all] among all candidates
   *[direction] in your direction
}; { $advancing } advance; the cut is { $cut }. Your score is { $total }: you do not advance to the next stage.
result-chosen = You are { $ordinal } of { $competitors } { $among ->
    [all] among all candidates
   *[direction] in your direction
}; { $advancing } are chosen; the cut is { $cut }. Your score is { $total }: you are in the Reserve.
result-not-chosen = You are { $ordinal } of { $competitors } { $among ->
    [all] among all candidates
   *[direction] in your direction
}; { $advancing } are chosen; the cut is { $cut }. Your score is { $total }: you are not among them.
result-advanced-by-appeal = After your appeal your score is { $total }; the cut is { $cut }. You advance to the next stage.
result-chosen-by-appeal = After your appeal your score is { $total }; the cut is { $cut }. You are in the Reserve.
result-qualified = Your score is { $total } of { $highest }. The category you reached: { $category }.
result-not-qualified = Your score is { $total } of { $highest }. A category needs { $least } at least.
result-absent = You have no result in this stage: you did not sit it.
result-terminated = You have no result in this stage: your attempt was terminated.
cut-decided = { $competitors } compete for { $places } places; { $advancing } advance; the cut is { $cut }; exactly this score: { $tied }.
cut-fewer-than-places = There are fewer people than places: { $competitors } for { $places }. All of them advance; the lowest score is { $cut }.
cut-undecided = { $competitors } compete for { $places } places; the cut is { $cut }. { $undecided } are equal there and the commission has places for { $left } of them.
cut-admits-nobody = { $competitors } compete; nobody advances.
cut-of-nobody = Nobody competes here. Places: { $places }
certificate-valid = The certificate is valid.
certificate-revoked = The certificate was revoked.
certificate-superseded = After an appeal the certificate was replaced by a new one.
certificate-unknown = No such certificate was issued.
paper-title = CERTIFICATE
paper-subject = Subject
paper-score = Points scored
paper-appeal = Appeal
paper-sum = Total of the subject
paper-total = Total
paper-category = Qualification category
paper-number = Certificate number
paper-code = Individual code
paper-issued = Date of issue
paper-qr = QR code: what this certificate says, signed
paper-check = Anybody can check the certificate: by its QR code, or by its number and individual code.
permit-title = TESTING PERMIT
permit-number = Candidate number
permit-date = Date
permit-time = Time, by the clocks of the place
permit-start = The test can be started
permit-place = Place
permit-address = Address
permit-room = Room
permit-subject = Subject
permit-language = Language of the test
permit-form = { $language ->
    [kk] Kazakh
    [ru] Russian
   *[other] English
}
permit-note = Please note
# College admission.
ranking-missing = No college of this campaign has closed its competition yet, so there is nobody to place.
rankings-open = People who are ranked also wish for specialties whose colleges have not closed their competition. Specialties: { $count }. One of them: { $specialty }. Wait for them, or leave these wishes out.
ranking-incomplete = Not everything about those who compete for { $specialty } is known here yet: { $known } of { $expected }. Try again in a minute.
offers-open = Offers of the round before still wait for answers: { $count }. The next round begins when they are answered or have lapsed.
run-pending = The run is not made yet. Look again in a moment.
run-withheld = The run was withheld and is shown to nobody: its result failed its check, or its input can't be.
run-outdated = Something came in since this run was made that it does not know. Make another one.
round-published = Round { $round } is published already: { $allocation_run }.
runs-differ = The two runs have different inputs, so there is nothing to compare.
seed-settled = The seed of this campaign was settled by its first run and is the same in all of them: { $seed }.
place-offer-over = Nothing more can be done with this offer. Its state: { $state }
place-offer-lapsed = The offer had to be answered by { $reply_expire_time }. The place goes to the next round.
admission-admitted = Admitted: rank { $rank } of { $ranked } for { $places ->
    [one] 1 place
   *[other] { $places } places
}.
admission-admitted-by-right = Admitted to a place that is kept for people with your right: rank { $rank } of { $ranked } for { $places ->
    [one] 1 place
   *[other] { $places } places
}.
admission-not-needed = Not needed: you got a place that you wished for more.
admission-behind = Rank { $rank } for { $places ->
    [one] 1 place
   *[other] { $places } places
}; the last admitted had { $last }, you have { $score }.
admission-behind-by-tie = Rank { $rank } for { $places ->
    [one] 1 place
   *[other] { $places } places
}; the last admitted had as much as you, { $score }, and came before you by what decides between equal results.
admission-behind-by-lot = Rank { $rank } for { $places ->
    [one] 1 place
   *[other] { $places } places
}; the last admitted was equal to you in everything, with { $score }, and the lots decided.
admission-no-places = There was no place here that was open to you: rank { $rank } of { $ranked } for { $places ->
    [one] 1 place
   *[other] { $places } places
}.
admission-not-ranked = You could not be ranked here: a mark or points of an exam are missing.
admission-passed-over = Rank { $rank } for { $places ->
    [one] 1 place
   *[other] { $places } places
}: your result was enough, but no place was offered to you while the offers went round.
