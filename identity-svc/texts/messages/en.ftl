# Texts of messages and mails, in English.
# M1 and M2 are the manual's text, word for word. The others are the project's.

# M1
application-submitted-title = Application sent for review
application-submitted-body = Dear candidate, your application has been sent for review.

# M2
application-accepted-title = Application accepted
application-accepted-body = Dear candidate, your application is accepted. To take the stage "Assessment of the ability to work with textual and numerical information" book a convenient time with the button "Choose date and time".

# M3
application-accepted-on-submission-title = Application accepted
application-accepted-on-submission-body = Your application has been accepted

welcome-title = Welcome
welcome-body =
    Dear candidate, you are registered.

    Sign in with your IIN or e-mail address and fill in the questionnaire.

registration-repeated-title = Somebody tried to register with your data again
registration-repeated-body =
    Somebody tried once more to register with your IIN or e-mail address. No new account was made.

    If it was you, sign in to the account you have. If it was not, there is nothing you need to do.

account-released-title = Your account was closed: somebody else proved the IIN
account-released-body =
    { $time } somebody else proved by an electronic signature that the IIN of this account is theirs. The account was opened without such proof, so it was closed: nobody can sign in to it any more, and applications sent from it are marked as made in error.

    If the IIN is yours, your key may be in other hands: have it revoked at a public service centre, get another one and register again. If you object, ask technical support (section "Questions") and refer to this mail.

application-resubmitted-title = Corrected application sent for review
application-resubmitted-body = Dear candidate, your corrected application has been sent for review.

application-withdrawn-title = Application withdrawn
application-withdrawn-body = Dear candidate, you have withdrawn your application. It will not be reviewed.

correction-asked-title = Your application needs a correction
correction-asked-body =
    Dear candidate, the expert asks you to correct your application:
    { $items }

    Correct it and send it again before { $due } (Astana time). The expert's notes are shown with your application.

application-rejected-title = Application not accepted
application-rejected-body =
    Dear candidate, your application is not accepted. The reasons:
    { $reasons }

    The expert's notes are shown with your application.

promo-code-issued-title = Promo code issued
promo-code-issued-body =
    Dear candidate, a promo code for a free { $system } test was issued to you. It is good until { $expires } (Astana time). The code itself is shown in the section "Certificate".

    { $how }

    Only you may use the promo code. Taking the test again has to be paid for.

promo-code-redeemed-title = Promo code used
promo-code-redeemed-body = Dear candidate, { $system } has taken your promo code. We will tell you when there is a result.

language-test-passed-title = Language test passed
language-test-passed-body = Dear candidate, you have passed the test of the state language. The data of the certificate will fill the section "Certificate" of your application by themselves.

language-test-failed-title = Result of the language test
language-test-failed-body = Dear candidate, the result of the test of the state language is not enough for a certificate. Taking the test again has to be paid for.

certificate-verified-title = Certificate verified
certificate-verified-body = Dear candidate, the section "Certificate" of your application was filled by the result of the test and is verified.

booking-confirmed-title = Time booked
booking-confirmed-body =
    Dear candidate, a seat is booked for you.
    Start: { $start } ({ $clocks })
    End: { $end }
    Place: { $place }

    At that time press the button "Start test".

booking-moved-title = Booking moved
booking-moved-body =
    Dear candidate, your booking was moved to another time.
    Start: { $start } ({ $clocks })
    End: { $end }
    Place: { $place }

booking-cancelled-title = Booking cancelled
booking-cancelled-body =
    Dear candidate, your booking was cancelled.
    Time: { $start } ({ $clocks })
    Place: { $place }

test-started-title = Test started
test-started-body = Dear candidate, you started the test on { $start } ({ $clocks }). Good luck!

password-recovered-title = Password recovered
password-recovered-body =
    The password of your account was replaced on { $time } (Astana time) after a code or a link sent to this address. Every session of the account has ended.

    If it was not you, somebody reads your mail: tell the administrators at once.

password-changed-title = Password changed
password-changed-body =
    The password of your account was changed on { $time } (Astana time). Every other session of the account has ended.

    If it was not you, somebody knows your password: tell the administrators at once.

# The mail of a registration
registration-mail-subject = Confirm your registration
registration-mail-body =
    Hello!

    The code to confirm your registration: { $code }
    It is good for { $lasts } minutes.

    Or open this link:
    { $link }

    If you did not register, do nothing.

# The mail of a recovery
recovery-mail-subject = Recover your password
recovery-mail-body =
    Hello!

    The code to set a new password: { $code }
    It is good for { $lasts } minutes.

    Or open this link:
    { $link }

    If you did not ask for it, do nothing: the password stays as it is. Tell nobody the code.

account-opened-mail-subject = An account was opened for you
account-opened-mail-body =
    Hello!

    The admission board of { $by } opened an account for you, to apply in your name.

    To choose a password, open this link (you will be asked for your IIN):
    { $link }

    The link is good for { $lasts } days. After that, choose a password on the page "Forgot password".

    If you did not turn to the board, you need not do anything. Give the link to nobody.

mail-footer = This mail was sent automatically. All messages: { $link }
clocks-of-astana = Astana time
clocks-of-the-place = time of the place, { $offset }
calendar-summary = Test: Presidential Youth Personnel Reserve

# Names
test-system-kaztest = KAZTEST
test-system-qrt = QAZAQ RESMI TEST
how-to-kaztest = Fill in the registration form at kazakhtest.kz and enter the promo code in the field "Менің жауабым" ("My answer") instead of paying. The result will be at app.testcenter.kz under "Менің тарихым" ("My history").
how-to-qrt = At www.qrt.kz choose the purpose "Other - Other reason - Presidential Youth Personnel Reserve" and enter the promo code at the step of payment.
section-personal = Personal data
section-education = Education
section-certificate = Certificate
section-employment = Employment
section-additional = Additional information
fault-incorrect = does not agree with the documents
fault-incomplete = incomplete
fault-outdated = out of date
rejection-over-age-limit = The age is over the limit
rejection-not-a-citizen = Not a citizen of the Republic of Kazakhstan
rejection-no-higher-education = Higher education is not shown by a document
rejection-experience-too-short = Less than five years of work experience
rejection-experience-not-proven = Work experience is not shown by documents
rejection-positions-merged = Positions are merged in one row, or periods do not follow the documents
rejection-certificate-missing = No certificate of the state language
rejection-language-level-too-low = The level of the state language is below B1
rejection-certificate-expired = The certificate is not valid any more
rejection-certificate-not-confirmed = The certificate could not be confirmed
rejection-document-unreadable = A document is unreadable or incomplete
rejection-document-of-another-person = A document belongs to another person
rejection-data-do-not-match = The answers do not agree with the documents
rejection-false-data = Knowingly false or incomplete information
rejection-excluded-by-law = The requirements of the law are not met
rejection-excluded-by-post = Cannot take part because of the post held
rejection-already-in-reserve = Is in the Reserve already
rejection-other = Another reason

# The e-mail address and the roles
email-change-started-title = A change of your e-mail address was begun
email-change-started-body =
    On { $time } (Astana time) a change of the e-mail address of your account was begun. Until the new address is confirmed, this one stays.

    If it was not you, somebody knows your password: change it at once.
email-changed-title = E-mail address changed
email-changed-body =
    On { $time } (Astana time) the e-mail address of your account was changed. All sessions have ended; sign in again with the new address.

    If it was not you, tell the administrators at once.
roles-changed-title = Your roles have changed
roles-changed-body =
    Your roles now:
    { $roles }
role-none = no role
role-expert = expert
role-campaign-manager = campaign manager
role-exam-desk = exam desk
role-administrator = administrator

# The mail to a new address
email-change-mail-subject = Confirm the new address
email-change-mail-body =
    Hello!

    The code to confirm the new address: { $code }
    It is good for { $lasts } minutes.

    Or open this link in the browser in which you began the change:
    { $link }

    If you did not ask for it, ignore this mail.

# The mail to the owner of an address that somebody else wants
email-wanted-mail-subject = Somebody gave your address
email-wanted-mail-body =
    Hello!

    Somebody tried to give your e-mail address to another account. Nothing has changed: the address stays with your account.

    If it was you, sign in to your account with this address.

# The mail with an invitation
staff-invitation-mail-subject = Invitation to the staff
staff-invitation-mail-body =
    Hello!

    An administrator invites you to the staff.
    The code of the invitation: { $code }
    It is good for { $lasts } hours.

    Or open this link:
    { $link }

    If you have an account, sign in to it first. If you did not expect this mail, ignore it.

# The later steps: terms, stages, seats, results
review-term-changed-title = Review term changed
review-term-changed-body = Dear candidate, the term for the review of your application now ends on { $due } (Astana time).
review-term-paused-title = Review term stands still
review-term-paused-body = Dear candidate, the term for the review of your application stands still for now. We will tell you when it runs again.
review-term-open-title = Review goes on
review-term-open-body = Dear candidate, the review of your application goes on. The end of its term will be set once the calendar of working days is published.

correction-declined-title = Application not returned for correction
correction-declined-body = Dear candidate, the expert has not returned your application for correction. It is reviewed as you sent it.

review-escalated-title = Review badly late
review-escalated-body = The review of an application is badly late: its term ended on { $due } (Astana time). Look at the task and give it to another expert if need be.

review-task-assigned-title = Review task given to you
review-task-assigned-body = The review of an application was given to you. Decide by { $due } (Astana time).
review-task-assigned-open-title = Review task given to you
review-task-assigned-open-body = The review of an application was given to you. Its term is not set yet.

application-expiring-title = Your application is not sent yet
application-expiring-body =
    Dear candidate, your application is still a draft. Applications are taken until { $closes } (Astana time).

    Complete the questionnaire and press the button "Send for review": an application that is not sent will not be reviewed.

application-expired-title = The time for applications is over
application-expired-body = Dear candidate, the time for applications is over. Your application was not sent, so it will not be reviewed.

application-disqualified-title = You are out of the selection
application-disqualified-body =
    Dear candidate, you have been excluded from the selection.
    The reason: { $reason }

application-marked-erroneous-title = Your application was set aside
application-marked-erroneous-body =
    Dear candidate, your application was set aside as opened by mistake. It will not be reviewed, and a seat booked with it is free again.
    The reason: { $reason }

    If you think this is wrong, tell the support service.
erroneous-test-entry = A test entry
erroneous-wrong-person = Opened in another person's name
erroneous-wrong-campaign = Meant for another campaign
erroneous-technical-fault = Opened by a technical fault

stage-advanced-title = You go on to the next stage
stage-advanced-body =
    Dear candidate, the results of the stage "{ $stage }" are out: you go on to the next stage.

    The details are in your personal account, in the section "Selection stages and results".

stage-not-advanced-title = Results of a stage
stage-not-advanced-body =
    Dear candidate, the results of the stage "{ $stage }" are out: you do not go on to the next stage.

    The details, and how to appeal, are in your personal account, in the section "Selection stages and results".

qualified-title = Your result is out: a category is reached
qualified-body =
    Dear participant, the results of "{ $stage }" are out: you reached enough for a category. Congratulations!

    Your scores and the category are in your personal account. We will tell you when the certificate is ready.
not-qualified-title = Your result is out
not-qualified-body =
    Dear participant, the results of "{ $stage }" are out: this time your score is not enough for a category.

    Your scores, and how to appeal, are in your personal account.

chosen-title = You are chosen
chosen-body =
    Dear candidate, the results of the last stage, "{ $stage }", are out: you are chosen. Congratulations!

    We will tell you when you are enrolled in the Reserve.

not-chosen-title = Results of the selection
not-chosen-body =
    Dear candidate, the results of the last stage, "{ $stage }", are out: this time you are not chosen.

    The details, and how to appeal, are in your personal account, in the section "Selection stages and results".

booking-displaced-title = Your booked test can not take place there
booking-displaced-body =
    Dear candidate, the test that you booked can not take place there: the room or the centre is closed.
    Time: { $start } ({ $clocks })
    Place: { $place }

    You will be offered another seat, and we will tell you of it.

seat-offered-title = A seat is kept for you
seat-offered-body =
    Dear candidate, a seat has become free and is kept for you.
    Start: { $start } ({ $clocks })
    End: { $end }
    Place: { $place }

    Take the seat or reject it in your personal account, in the section "Selection stages and results".
    It is kept until { $expires } ({ $until_clocks }); after that it goes to the next person.
seat-offered-again-title = Another seat is kept for you
seat-offered-again-body =
    Dear candidate, another seat is kept for you in place of the one that you lost.
    Start: { $start } ({ $clocks })
    End: { $end }
    Place: { $place }

    Take the seat or reject it in your personal account, in the section "Selection stages and results".
    It is kept until { $expires } ({ $until_clocks }); after that it goes to the next person.

seat-offered-link =
    If you do not need the seat, give it up without signing in. It then goes to the next person at once:
    { $link }

seat-offer-lapsed-title = The seat kept for you was not taken
seat-offer-lapsed-body = Dear candidate, you did not answer in time, and the seat that was kept for you has gone to the next person.

waiting-ended-title = Waiting for a seat has ended
waiting-ended-body =
    Dear candidate, the results of the stage "{ $stage }" are out, and no seat became free for you before that. Your place on the waiting list has ended.

    The results are in your personal account, in the section "Selection stages and results".

booking-reminder-title = Your test is near
booking-reminder-body =
    Dear candidate, we remind you of the test that you booked.
    Start: { $start } ({ $clocks })
    End: { $end }
    Place: { $place }

    At that time press the button "Start test".

booking-missed-title = You did not come to your test
booking-missed-body =
    Dear candidate, you did not come to the test that you booked.
    Time: { $start } ({ $clocks })
    Place: { $place }

    If this is a mistake, tell the support service.

test-terminated-title = Test ended before its time
test-terminated-body =
    Dear candidate, your test was ended before its time.
    The irregularity: { $reason }

appeal-filed-title = Appeal received
appeal-filed-body = Dear candidate, your appeal has arrived. We will tell you when it is decided.

appeal-decided-title = Appeal decided
appeal-decided-body =
    Dear candidate, your appeal was considered and not granted: the result stands.

    The decision is in your personal account, in the section "Selection stages and results".
appeal-granted-title = Appeal granted
appeal-granted-body =
    Dear candidate, your appeal was granted, fully or in part.

    What has changed is shown in your personal account, in the section "Selection stages and results".
appeal-advanced-title = Appeal granted: you go on
appeal-advanced-body =
    Dear candidate, your appeal was granted: you go on in the selection.

    What comes next is shown in your personal account, in the section "Selection stages and results".

membership-started-title = You are in the Reserve
membership-started-body =
    Dear member of the Reserve, you are enrolled in the Presidential Youth Personnel Reserve. Congratulations!
    First day: { $first }
    Last day: { $last }

membership-ended-title = Your time in the Reserve is over
membership-ended-body =
    Dear member of the Reserve, your membership in the Presidential Youth Personnel Reserve ended before its last day.
    When: { $time } (Astana time)
    Reason: { $reason }

    From now on you may apply in a new selection as anybody else.

certificate-issued-title = Your certificate is ready
certificate-issued-body =
    Dear participant, a certificate was issued to you: { $title }.

    Download it in your personal account. Anybody can check it by the QR code on it.
certificate-superseded-title = Your certificate was replaced
certificate-superseded-body =
    Dear participant, an appeal changed your result, so a new certificate was issued to you: { $title }.

    The one before is good no longer: a check by its QR code says that it was superseded. Download the new one in your personal account.
certificate-reissued-title = A new certificate was issued
certificate-reissued-body =
    Dear participant, in place of the one that was revoked a new certificate was issued to you: { $title }.

    Download it in your personal account.
certificate-revoked-title = Your certificate was revoked
certificate-revoked-body =
    Dear participant, your certificate was revoked: { $title }.
    The reason: { $reason }

    It is good no longer: a check by its QR code says that it was revoked.

enquiry-answered-title = Your enquiry was answered
enquiry-answered-body =
    Dear user, what you asked was answered. Read the answer in your personal account, under “Enquiries”; you may write on there.

choice-acknowledged-title = The college has your application
choice-acknowledged-body =
    Dear applicant, the college has received your application and is processing it.
    Specialty: { $specialty }
    College: { $college }

choice-accepted-title = Your application was accepted
choice-accepted-body =
    Dear applicant, the college accepted your application: you are in the competition for this specialty.
    Specialty: { $specialty }
    College: { $college }

    If the college appoints an exam, we tell you its time and address separately.

choice-rejected-title = The college refused your application
choice-rejected-body =
    Dear applicant, the college refused your application.
    Specialty: { $specialty }
    College: { $college }

    The reasons:
    { $reasons }

    The other specialties of your application stay.

choice-set-aside-title = Your application to a college was set aside
choice-set-aside-body =
    Dear applicant, the college set your application aside as a mistake: it is not in the competition.
    Specialty: { $specialty }
    College: { $college }

    The reason:
    { $reasons }

    If you disagree, turn to the admission board of the college.

exam-appointed-title = You have an exam
exam-appointed-body =
    Dear applicant, an exam was appointed to you: { $exam }.
    Specialty: { $specialty }
    Start: { $start } ({ $clocks })
    Address: { $address }

    Bring a document that proves who you are.

exam-moved-title = Your exam has another time or place
exam-moved-body =
    Dear applicant, the time or the place of your exam has changed: { $exam }.
    Specialty: { $specialty }
    New start: { $start } ({ $clocks })
    Address: { $address }

    The time and the place before are good no longer.

exam-missed-title = You did not come to an exam
exam-missed-body =
    Dear applicant, the college wrote down that you did not come to an exam: { $exam }.
    Specialty: { $specialty }
    Start: { $start } ({ $clocks })
    Address: { $address }

    If the specialty requires this exam, you are not ranked for it. Your other choices stay as they are. If this is a mistake, turn to the admission board at once.

service-request-acknowledged-title = The college has your request
service-request-acknowledged-body =
    Dear applicant, the college has received what you asked of it: { $service }.
    College: { $college }
    Academic year: { $year }

service-request-granted-title = The college granted your request
service-request-granted-body =
    Dear applicant, the college gives you what you asked for: { $service }.
    College: { $college }
    Academic year: { $year }

    The college tells you when and where to come.

service-request-refused-title = The college refused your request
service-request-refused-body =
    Dear applicant, the college refused what you asked for: { $service }.
    College: { $college }
    Academic year: { $year }

    The reasons:
    { $reasons }

    What the college added is shown with your request. You can ask again.

service-request-ended-title = What the college gave you is over
service-request-ended-body =
    Dear applicant, this is over from today on: { $service }.
    College: { $college }
    Academic year: { $year }

    If you disagree, turn to the college.

service-paid-study = paid study
service-dormitory = a place in the dormitory
service-meals = meals

marks-corrected-title = A college corrected what it read off your papers
marks-corrected-body =
    Dear applicant, the college put right the marks, merits or benefits that it had read off your papers.
    Specialty: { $specialty }
    College: { $college }

    What stands there now you see in your personal account, at this specialty. If it is not what your papers say, turn to the admission board before the ranking begins.

application-opened-by-board-title = A college is applying in your name
application-opened-by-board-body =
    Dear applicant, the admission board of a college opened an application in your name and is filling it in.
    College: { $college }

    You see it in your personal account, under “Applications”; you may change it or send it yourself.
    If you did not ask the college for this, take the application back there, and tell us so under “Enquiries”.

application-sent-by-board-title = A college sent an application in your name
application-sent-by-board-body =
    Dear applicant, the admission board of a college sent the application that it had filled in for you.
    College: { $college }

    What was sent, and which specialties were chosen, you see in your personal account, under “Applications”.
    If you did not ask the college for this, take the application back there, and tell us so under “Enquiries”.

revocation-result-annulled = The result was annulled
revocation-mistake = Something on it is wrong
revocation-own-wish = You asked for it

membership-end-appointed = You were appointed to a post
membership-end-own-wish = You asked for it
membership-end-excluded = The National Commission excluded you
membership-end-disqualified = You were excluded from the selection

irregularity-forbidden-item = A forbidden item
irregularity-impersonation = Another person sat the test
irregularity-help-from-others = Help from others or to others
irregularity-disturbance = Disturbing others
irregularity-left-place = Leaving the place
irregularity-technical-failure = A technical failure
irregularity-other = Another irregularity

place-offered-title = A place is offered to you
place-offered-body =
    Dear applicant, a place is offered to you: { $specialty }, { $college }.
    { $why }

    Accept or decline it in your personal account until { $expires } (Astana time). Without an answer the offer lapses, and the place goes to the next round.
place-offer-lapsed-title = The offer of a place has lapsed
place-offer-lapsed-body =
    Dear applicant, the offer of a place was not answered in time and has lapsed: { $specialty }, { $college }.

    Your other wishes stay in the next round, if there is one.
place-missed-title = Results of college admission
place-missed-body =
    Dear applicant, the results are out. In this round there is no place for you:
    { $wishes }

    Places that are left or given back are offered in the next round; your application stays in it.
