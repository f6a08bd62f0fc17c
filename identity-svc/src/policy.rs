//! Who may call which RPC. Whose data they reach is the handler's question.

use chassis::caller::Role;
use chassis::policy::Allow::{Anyone, Role as Has, Service, Signatory, SignedIn};
use chassis::policy::Row;

pub const ROWS: &[Row] = &[
    ("/irikteu.identity.v1.Accounts/GetAccount", &[SignedIn]),
    ("/irikteu.identity.v1.Accounts/UpdateAccount", &[SignedIn]),
    ("/irikteu.identity.v1.Accounts/ChangePassword", &[SignedIn]),
    (
        "/irikteu.identity.v1.Accounts/ListAccounts",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.Accounts/GrantRole",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.Accounts/RevokeRole",
        &[Has(Role::Administrator)],
    ),
    ("/irikteu.identity.v1.Accounts/OpenAccount", &[Signatory]),
    (
        "/irikteu.identity.v1.MailPreferences/GetMailPreference",
        &[SignedIn],
    ),
    (
        "/irikteu.identity.v1.MailPreferences/UpdateMailPreference",
        &[SignedIn],
    ),
    // The development page reads the words too; administrators see where a mail is.
    (
        "/irikteu.identity.v1.AuditRecords/ListAuditRecords",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.EmailChanges/CreateEmailChange",
        &[SignedIn],
    ),
    (
        "/irikteu.identity.v1.EmailChanges/GetEmailChange",
        &[SignedIn],
    ),
    (
        "/irikteu.identity.v1.EmailChanges/ProveEmailChange",
        &[SignedIn],
    ),
    (
        "/irikteu.identity.v1.EmailChanges/CancelEmailChange",
        &[SignedIn],
    ),
    (
        "/irikteu.identity.v1.FailedSignIns/ListFailedSignIns",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.Mails/GetMail",
        &[Has(Role::Administrator), Service("standalone")],
    ),
    (
        "/irikteu.identity.v1.Mails/ListMails",
        &[Has(Role::Administrator), Service("standalone")],
    ),
    (
        "/irikteu.identity.v1.Mails/RetryMail",
        &[Has(Role::Administrator)],
    ),
    ("/irikteu.identity.v1.Messages/GetMessage", &[SignedIn]),
    ("/irikteu.identity.v1.Messages/ListMessages", &[SignedIn]),
    ("/irikteu.identity.v1.Messages/MarkMessageRead", &[SignedIn]),
    ("/irikteu.identity.v1.Messages/WatchMessages", &[SignedIn]),
    (
        "/irikteu.identity.v1.Persons/GetPerson",
        &[
            Service("questionnaire-svc"),
            Service("review-svc"),
            Service("testing-svc"),
        ],
    ),
    (
        "/irikteu.identity.v1.Persons/LookUpPerson",
        &[Service("questionnaire-svc")],
    ),
    // Who forgot a password has no session.
    ("/irikteu.identity.v1.Recoveries/CreateRecovery", &[Anyone]),
    ("/irikteu.identity.v1.Recoveries/ProveRecovery", &[Anyone]),
    (
        "/irikteu.identity.v1.Recoveries/CompleteRecovery",
        &[Anyone],
    ),
    // The name of an attempt is a secret: who knows it, made it or got its mail.
    (
        "/irikteu.identity.v1.RegistrationAttempts/CreateRegistrationAttempt",
        &[Anyone],
    ),
    (
        "/irikteu.identity.v1.RegistrationAttempts/GetRegistrationAttempt",
        &[Anyone],
    ),
    (
        "/irikteu.identity.v1.RegistrationAttempts/ProveRegistrationEmail",
        &[Anyone],
    ),
    (
        "/irikteu.identity.v1.RegistrationAttempts/ResendRegistrationCode",
        &[Anyone],
    ),
    (
        "/irikteu.identity.v1.RegistrationAttempts/CompleteRegistrationAttempt",
        &[Anyone],
    ),
    ("/irikteu.identity.v1.Sessions/CreateSession", &[Anyone]),
    ("/irikteu.identity.v1.Sessions/RefreshSession", &[Anyone]),
    (
        "/irikteu.identity.v1.Sessions/GetSession",
        &[SignedIn, Signatory],
    ),
    ("/irikteu.identity.v1.Sessions/ListSessions", &[SignedIn]),
    (
        "/irikteu.identity.v1.Sessions/EndSession",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.identity.v1.Sessions/EndOtherSessions",
        &[SignedIn],
    ),
    (
        "/irikteu.identity.v1.Sessions/ExchangeSession",
        &[Service("gateway")],
    ),
    (
        "/irikteu.identity.v1.Signatures/CreateSignature",
        &[Service("questionnaire-svc"), Service("testing-svc")],
    ),
    // Services get the facts, administrators the whole signature, and so does who exports a log of acts.
    (
        "/irikteu.identity.v1.Signatures/GetSignature",
        &[
            Has(Role::Administrator),
            Service("questionnaire-svc"),
            Service("testing-svc"),
        ],
    ),
    (
        "/irikteu.identity.v1.Signatures/LookUpSignatures",
        &[Service("questionnaire-svc")],
    ),
    (
        "/irikteu.identity.v1.Signatories/ListSignatories",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.Signatories/BlockSignatory",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.Signatories/UnblockSignatory",
        &[Has(Role::Administrator)],
    ),
    // The signature is the proof.
    (
        "/irikteu.identity.v1.SignInChallenges/CreateSignInChallenge",
        &[Anyone],
    ),
    (
        "/irikteu.identity.v1.SignInChallenges/SignInWithSignature",
        &[Anyone],
    ),
    (
        "/irikteu.identity.v1.SigningOrganisations/CreateSigningOrganisation",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.SigningOrganisations/GetSigningOrganisation",
        &[Has(Role::Administrator), Signatory],
    ),
    (
        "/irikteu.identity.v1.SigningOrganisations/ListSigningOrganisations",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.SigningOrganisations/UpdateSigningOrganisation",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.StaffInvitations/CreateStaffInvitation",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.StaffInvitations/GetStaffInvitation",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.StaffInvitations/ListStaffInvitations",
        &[Has(Role::Administrator)],
    ),
    (
        "/irikteu.identity.v1.StaffInvitations/RevokeStaffInvitation",
        &[Has(Role::Administrator)],
    ),
    // Who is invited may have no account yet: the mail is the key.
    (
        "/irikteu.identity.v1.StaffInvitations/AcceptStaffInvitation",
        &[Anyone],
    ),
];
