# Texts of messages and mails, in English.
# M1 and M2 are the manual's text, word for word. The others are the project's.

# M1
application-submitted-title = Application sent for review
application-submitted-body = Dear candidate, your application has been sent for review.

# M2
application-accepted-title = Application accepted
application-accepted-body = Dear candidate, your application is accepted. To take the stage "Assessment of the ability to work with textual and numerical information" book a convenient time with the button "Choose date and time".

welcome-title = Welcome
welcome-body =
    Dear candidate, you are registered.

    Sign in with your IIN or e-mail address and fill in the questionnaire.

registration-repeated-title = Somebody tried to register with your data again
registration-repeated-body =
    Somebody tried once more to register with your IIN or e-mail address. No new account was made.

    If it was you, sign in to the account you have. If it was not, there is nothing you need to do.

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
    Start: { $start } (Astana time)
    End: { $end }
    Place: { $place }

    At that time press the button "Start test".

booking-moved-title = Booking moved
booking-moved-body =
    Dear candidate, your booking was moved to another time.
    Start: { $start } (Astana time)
    End: { $end }
    Place: { $place }

booking-cancelled-title = Booking cancelled
booking-cancelled-body =
    Dear candidate, your booking was cancelled.
    Time: { $start } (Astana time)
    Place: { $place }

test-started-title = Test started
test-started-body = Dear candidate, you started the test on { $start } (Astana time). Good luck!

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
    It is good for { $minutes } minutes.

    Or open this link:
    { $link }

    If you did not register, do nothing.

# The mail of a recovery
recovery-mail-subject = Recover your password
recovery-mail-body =
    Hello!

    The code to set a new password: { $code }
    It is good for { $minutes } minutes.

    Or open this link:
    { $link }

    If you did not ask for it, do nothing: the password stays as it is. Tell nobody the code.

mail-footer = This mail was sent automatically. All messages: { $link }
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
