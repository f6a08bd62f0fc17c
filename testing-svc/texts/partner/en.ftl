# Why a partner's call was refused, in English.
code-not-accepted = This code is not accepted for this person in this test system.
code-already-reserved = The code is reserved until { $reservation_expire_time }. Try again after that.
code-already-redeemed = The code was used. It is good for one test.
code-no-longer-valid = The code is no longer valid.
reservation-ended = The reservation has ended. Reserve the code again. State: { $state }
not-redeemed = The code was not redeemed, so there is nothing to take back or to report. State: { $state }
result-already-reported = A result was reported already. It can't be changed, and the redemption can't be taken back.
iin-length = An IIN has 12 digits.
iin-not-digits = An IIN has nothing but digits.
iin-check-digit = The last digit of the IIN does not follow from the others. Look for a slip.
iin-all-zero = Twelve zeros are nobody's IIN.
code-format = A code has 12 letters and digits, such as XXXX-XXXX-XXXX.
date-impossible = The calendar has no such day.
date-in-future = The day must not be later than today.
dates-backwards = The certificate must not end before it begins.
not-for-failed = A test that was not passed has no level and no certificate.
