# Sentences of questionnaire-svc, in English.

## Refusals
campaign-exists = There is a campaign with this id already. Choose another id.
campaign-not-open-yet = Applications are not taken yet. The window opens at: { $open_time }
campaign-closed = Applications are not taken any more. The window closed at: { $close_time }
over-age-limit = You are over the age limit of this campaign. Full years on { $reference_date }: { $age_years }. Limit: { $max_age_years }
application-exists = You have an application in this campaign already: { $application }
application-needed = Open an application in this campaign first.
application-frozen = The application can't be changed now. Its state: { $state }
application-incomplete = The application is not complete yet. Places to look at: { $problems }
application-decided = The application can't be withdrawn any more. Its state: { $state }
correction-term-over = The term for the correction has passed. It ended at: { $correction_due_time }
section-not-under-correction = The expert did not ask for a correction of this section: { $section }
section-verified = A language result filled this section; it can't be edited.
document-limit-reached = The application has as many documents as it may have: { $limit }
document-already-uploaded = This document has other content already. Announce a new document.
document-not-ready = The document can't be shown. Its state: { $state }
upload-broken-off = The upload broke off. Nothing was kept: send the file again.
upload-too-large = More bytes were sent than announced or allowed. Most bytes: { $limit }
upload-size-mismatch = The size of the file is not the one announced. Expected bytes: { $expected }. Received: { $received }
upload-hash-mismatch = The file was changed on the way: its SHA-256 is not the one announced. Send it again.
content-type-mismatch = The content of the file is not of the type announced. Announced: { $announced }. Found: { $found }
certificate-already-declared = Certificate data were saved, so a promo code can't be had any more.
content-unreadable = The file can't be read as the type announced: it is broken or encrypted. Announced: { $announced }
photo-shape-wrong = The photo must be 3 wide by 4 high. Fewest pixels: { $min_width } × { $min_height }. Yours: { $width } × { $height }

## Fields
window-backwards = The window must close after it opens.
time-zone-unknown = There is no such time zone. Use an IANA name, such as Asia/Almaty.
declaration-not-accepted = A declaration has to be accepted: { $code }
phone-invalid = Give a phone number of Kazakhstan as +7 and ten digits.
date-impossible = The calendar has no such day.
date-in-future = The date is in the future. Latest: { $latest }
dates-backwards = The end lies before the start.
end-or-present = Give either the end date or “to the present”, not both.
graduation-too-early = The year of graduation is too early for the date of birth. Earliest: { $earliest }
document-unknown = The application has no such document.
document-kind-wrong = The document is of another kind or section.
document-not-clean = The document is not uploaded yet, is still being checked, or did not pass the check.
document-empty = The file is empty.
document-too-large = The file is too large. Most bytes: { $max }
media-type-not-taken = This type of file is not taken here. Taken: { $media_types }
file-name-invalid = The file name has a path or hidden characters in it.
iin-length = An IIN has 12 digits.
iin-check-digit = The IIN has a typing error: its check digit does not fit.
iin-all-zero = An IIN of zeros belongs to nobody.
email-invalid = This is not an e-mail address.

## Checks of eligibility
check-age-met = The age is within the limit. Full years on { $reference_date }: { $age_years }. Limit: { $max_age_years }
check-age-not-met = The age is over the limit. Full years on { $reference_date }: { $age_years }. Limit: { $max_age_years }
check-age-unconfirmed = The digits of the IIN point to an age over the limit, but they need not match the date of birth. The expert checks it. Limit: { $max_age_years }
check-age-unknown = The date of birth is not known. The expert checks it. Limit: { $max_age_years }
check-citizenship-declared = Citizenship of Kazakhstan was declared.
check-citizenship-unknown = Citizenship of Kazakhstan is declared on submission.
check-education-met = There is higher education. Level: { $level }
check-education-not-met = No row shows higher education.
check-education-unknown = Education was not given yet.
check-experience-met = The work experience is enough. Days: { $total_days } (years: { $years }, months: { $months }, days: { $days }). Asked for: { $min_days }
check-experience-not-met = The work experience is too short. Days: { $total_days } (years: { $years }, months: { $months }, days: { $days }). Asked for: { $min_days }
check-experience-unknown = Work experience was not given yet. Days asked for: { $min_days }
check-language-level-met = The level of the state language is enough. Level: { $level }. Asked for: { $min_level }
check-language-level-not-met = The level of the state language is too low. Level: { $level }. Asked for: { $min_level }
check-language-level-unknown = The level of the state language was not given yet. Asked for: { $min_level }
check-certificate-validity-met = The certificate is valid on the day of submission. Valid until: { $valid_until }. Day of submission: { $submission_date }
check-certificate-validity-not-met = The certificate is not valid on the day of submission. Valid until: { $valid_until }. Day of submission: { $submission_date }
check-certificate-validity-unknown = The validity of the certificate was not given yet. Day of submission: { $submission_date }
