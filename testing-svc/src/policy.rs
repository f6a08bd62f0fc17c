//! Who may call which RPC. Whose code or booking they reach is the handler's question.

use chassis::caller::Role::{Administrator, CampaignManager, ExamDesk};
use chassis::policy::Allow::{Anyone, Department, Partner, Role, Service, Signatory, SignedIn};
use chassis::policy::Row;

/// People and services.
pub const ROWS: &[Row] = &[
    ("/irikteu.testing.v1.PromoCodes/IssuePromoCode", &[SignedIn]),
    ("/irikteu.testing.v1.PromoCodes/GetPromoCode", &[SignedIn]),
    ("/irikteu.testing.v1.PromoCodes/ListPromoCodes", &[SignedIn]),
    (
        "/irikteu.testing.v1.LanguageResults/GetLanguageResult",
        &[Service("questionnaire-svc")],
    ),
    (
        "/irikteu.testing.v1.AuditRecords/ListAuditRecords",
        &[Role(Administrator)],
    ),
    (
        "/irikteu.testing.v1.TestCenters/CreateTestCenter",
        &[Role(ExamDesk)],
    ),
    ("/irikteu.testing.v1.TestCenters/GetTestCenter", &[SignedIn]),
    (
        "/irikteu.testing.v1.TestCenters/ListTestCenters",
        &[SignedIn],
    ),
    ("/irikteu.testing.v1.Stages/CreateStage", &[Role(ExamDesk)]),
    ("/irikteu.testing.v1.Stages/GetStage", &[SignedIn]),
    ("/irikteu.testing.v1.Stages/ListStages", &[SignedIn]),
    (
        "/irikteu.testing.v1.TestSessions/CreateTestSession",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.TestSessions/GetTestSession",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.TestSessions/ListTestSessions",
        &[SignedIn],
    ),
    ("/irikteu.testing.v1.Bookings/CreateBooking", &[SignedIn]),
    ("/irikteu.testing.v1.Bookings/ConfirmBooking", &[SignedIn]),
    ("/irikteu.testing.v1.Bookings/MoveBooking", &[SignedIn]),
    ("/irikteu.testing.v1.Bookings/CancelBooking", &[SignedIn]),
    ("/irikteu.testing.v1.Bookings/DownloadPermit", &[SignedIn]),
    (
        "/irikteu.testing.v1.Bookings/CheckInBooking",
        &[Role(ExamDesk)],
    ),
    ("/irikteu.testing.v1.Bookings/GetBooking", &[SignedIn]),
    ("/irikteu.testing.v1.Bookings/ListBookings", &[SignedIn]),
    // Rooms, closures, waiting lists, rosters.
    (
        "/irikteu.testing.v1.TestCenters/UpdateTestCenter",
        &[Role(ExamDesk)],
    ),
    ("/irikteu.testing.v1.Rooms/CreateRoom", &[Role(ExamDesk)]),
    ("/irikteu.testing.v1.Rooms/UpdateRoom", &[Role(ExamDesk)]),
    ("/irikteu.testing.v1.Rooms/ListRoomSlots", &[Role(ExamDesk)]),
    (
        "/irikteu.testing.v1.TestSessions/UpdateTestSession",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.TestSessions/ListRoster",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.TestSessions/StreamRoster",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.Closures/CreateClosure",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.Closures/LiftClosure",
        &[Role(ExamDesk)],
    ),
    ("/irikteu.testing.v1.Closures/GetClosure", &[Role(ExamDesk)]),
    (
        "/irikteu.testing.v1.Closures/ListClosures",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.Bookings/UndoCheckIn",
        &[Role(ExamDesk)],
    ),
    ("/irikteu.testing.v1.Bookings/MarkNoShow", &[Role(ExamDesk)]),
    ("/irikteu.testing.v1.Bookings/UndoNoShow", &[Role(ExamDesk)]),
    ("/irikteu.testing.v1.Rooms/GetRoom", &[SignedIn]),
    ("/irikteu.testing.v1.Rooms/ListRooms", &[SignedIn]),
    ("/irikteu.testing.v1.TestSessions/FindSeats", &[SignedIn]),
    ("/irikteu.testing.v1.TestSessions/WatchSeats", &[SignedIn]),
    (
        "/irikteu.testing.v1.TestSessions/WatchStageSeats",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.WaitlistEntries/CreateWaitlistEntry",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.WaitlistEntries/ListWaitlistEntries",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.WaitlistEntries/LeaveWaitlist",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.WaitlistEntries/AcceptSeatOffer",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.WaitlistEntries/RejectSeatOffer",
        &[SignedIn],
    ),
    // identity-svc writes the letters: the link in them is read here.
    (
        "/irikteu.testing.v1.WaitlistEntries/GetWaitlistEntry",
        &[SignedIn, Service("identity-svc")],
    ),
    // The token in the link is the proof.
    (
        "/irikteu.testing.v1.WaitlistEntries/RejectSeatOfferByLink",
        &[Anyone],
    ),
    ("/irikteu.testing.v1.Attempts/StartAttempt", &[SignedIn]),
    ("/irikteu.testing.v1.Attempts/GetAttempt", &[SignedIn]),
    ("/irikteu.testing.v1.Candidates/GetCandidate", &[SignedIn]),
    ("/irikteu.testing.v1.Candidates/ListCandidates", &[SignedIn]),
    // What comes of a stage.
    (
        "/irikteu.testing.v1.Stages/UpdateStage",
        &[Role(ExamDesk), Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.Attempts/PauseAttempt",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.Attempts/ResumeAttempt",
        &[Role(ExamDesk)],
    ),
    ("/irikteu.testing.v1.Attempts/FinishAttempt", &[SignedIn]),
    (
        "/irikteu.testing.v1.Attempts/TerminateAttempt",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.Attempts/CreateIrregularity",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.Attempts/ListIrregularities",
        &[Role(ExamDesk), Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.StageResults/ImportStageResults",
        &[Role(ExamDesk)],
    ),
    (
        "/irikteu.testing.v1.StageResults/ListScoreChanges",
        &[Role(ExamDesk), Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.StageResults/GetCutPreview",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.StageResults/PublishStageResults",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.StageResults/PublishSessionResults",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.StageResults/GetSessionPublication",
        &[Role(ExamDesk), Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.StageResults/GetStagePublication",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.StageResults/GetStageResult",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.StageResults/ListStageResults",
        &[SignedIn],
    ),
    ("/irikteu.testing.v1.StageResults/ListAdmitted", &[SignedIn]),
    ("/irikteu.testing.v1.Appeals/FileAppeal", &[SignedIn]),
    ("/irikteu.testing.v1.Appeals/GetAppeal", &[SignedIn]),
    ("/irikteu.testing.v1.Appeals/ListAppeals", &[SignedIn]),
    (
        "/irikteu.testing.v1.Appeals/DecideAppeal",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.Appeals/PublishAppealDecisions",
        &[Role(CampaignManager)],
    ),
    ("/irikteu.testing.v1.Memberships/GetMembership", &[SignedIn]),
    (
        "/irikteu.testing.v1.Memberships/ListMemberships",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.Memberships/EndMembership",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.Certificates/GetCertificate",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.Certificates/ListCertificates",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.Certificates/DownloadCertificate",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.Certificates/ShowCertificate",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.Certificates/RevokeCertificate",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.Certificates/ReissueCertificate",
        &[Role(CampaignManager)],
    ),
    // What stands on the paper is the proof.
    (
        "/irikteu.testing.v1.Certificates/VerifyCertificate",
        &[Anyone],
    ),
    (
        "/irikteu.testing.v1.Certificates/GetCertificateKeys",
        &[Anyone],
    ),
    // College admission.
    (
        "/irikteu.testing.v1.Ratings/GetAdmissionSpecialty",
        &[Signatory, Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.Ratings/ListAdmissionSpecialties",
        &[Signatory, Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.Ratings/ListRatingLines",
        &[Signatory, Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.Ratings/DownloadRating",
        &[Signatory, Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.AllocationRuns/CreateAllocationRun",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.testing.v1.AllocationRuns/GetAllocationRun",
        &[Role(CampaignManager), Department],
    ),
    (
        "/irikteu.testing.v1.AllocationRuns/ListAllocationRuns",
        &[Role(CampaignManager), Department],
    ),
    (
        "/irikteu.testing.v1.AllocationRuns/GetAllocationComparison",
        &[Role(CampaignManager), Department],
    ),
    (
        "/irikteu.testing.v1.AllocationRuns/VerifyAllocationRun",
        &[Role(CampaignManager), Department],
    ),
    (
        "/irikteu.testing.v1.AllocationRuns/DownloadAllocationRun",
        &[Role(CampaignManager), Department],
    ),
    // The signature is a department's, and so is the call.
    (
        "/irikteu.testing.v1.AllocationRuns/GetPublicationContent",
        &[Department],
    ),
    (
        "/irikteu.testing.v1.AllocationRuns/PublishAllocationRun",
        &[Department],
    ),
    (
        "/irikteu.testing.v1.AdmissionResults/GetAdmissionResult",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.AdmissionOffers/GetAdmissionOffer",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.AdmissionOffers/ListAdmissionOffers",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.AdmissionOffers/AcceptAdmissionOffer",
        &[SignedIn],
    ),
    (
        "/irikteu.testing.v1.AdmissionOffers/DeclineAdmissionOffer",
        &[SignedIn],
    ),
];

/// Partners. Which codes and sessions each may reach is in the list of partners.
pub const PARTNER_ROWS: &[Row] = &[
    (
        "/irikteu.partner.v1.Redemptions/LookUpPromoCode",
        &[Partner],
    ),
    (
        "/irikteu.partner.v1.Redemptions/ReservePromoCode",
        &[Partner],
    ),
    (
        "/irikteu.partner.v1.Redemptions/CancelReservation",
        &[Partner],
    ),
    (
        "/irikteu.partner.v1.Redemptions/RedeemPromoCode",
        &[Partner],
    ),
    (
        "/irikteu.partner.v1.Redemptions/RollBackRedemption",
        &[Partner],
    ),
    ("/irikteu.partner.v1.Redemptions/ReportResult", &[Partner]),
    ("/irikteu.partner.v1.Redemptions/GetRedemption", &[Partner]),
    ("/irikteu.partner.v1.Examinations/StreamRoster", &[Partner]),
    (
        "/irikteu.partner.v1.Examinations/DownloadRoster",
        &[Partner],
    ),
    ("/irikteu.partner.v1.Examinations/CheckIn", &[Partner]),
    (
        "/irikteu.partner.v1.Examinations/ReportIrregularity",
        &[Partner],
    ),
    ("/irikteu.partner.v1.Examinations/ReportScores", &[Partner]),
    ("/irikteu.partner.v1.Examinations/ImportReport", &[Partner]),
];
