//! Who may call which RPC of review-svc. What is the caller's own is the handler's question.

use chassis::caller::Role::{Administrator, CampaignManager, Expert};
use chassis::policy::Allow::{Anyone, Role, Service, Signatory, SignedIn};
use chassis::policy::Row;

pub const ROWS: &[Row] = &[
    // Campaign managers see how the work goes; only experts do it.
    (
        "/irikteu.review.v1.ReviewTasks/ListReviewTasks",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.ReviewTasks/GetReviewTask",
        // questionnaire-svc shows the applicant what the expert wrote; events carry no such words.
        &[
            Role(Expert),
            Role(CampaignManager),
            Service("questionnaire-svc"),
        ],
    ),
    (
        "/irikteu.review.v1.AuditRecords/ListAuditRecords",
        &[Role(Administrator)],
    ),
    (
        "/irikteu.review.v1.ReviewTasks/GetDossier",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.ReviewTasks/ClaimReviewTask",
        &[Role(Expert)],
    ),
    ("/irikteu.review.v1.ReviewTasks/RenewClaim", &[Role(Expert)]),
    (
        "/irikteu.review.v1.ReviewTasks/ReleaseReviewTask",
        &[Role(Expert)],
    ),
    (
        "/irikteu.review.v1.ReviewTasks/AcceptApplication",
        &[Role(Expert)],
    ),
    (
        "/irikteu.review.v1.ReviewTasks/RejectApplication",
        &[Role(Expert)],
    ),
    (
        "/irikteu.review.v1.ReviewTasks/RequestCorrection",
        &[Role(Expert)],
    ),
    (
        "/irikteu.review.v1.SectionVerdicts/GetSectionReview",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.SectionVerdicts/SaveSectionVerdicts",
        &[Role(Expert)],
    ),
    (
        "/irikteu.review.v1.ReviewQueues/ClaimNextTask",
        &[Role(Expert)],
    ),
    (
        "/irikteu.review.v1.ReviewQueues/DeclareConflict",
        &[Role(Expert)],
    ),
    (
        "/irikteu.review.v1.ReviewQueues/ReassignReviewTask",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.ReviewQueues/PauseReviewTask",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.ReviewQueues/ResumeReviewTask",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.ReviewQueues/DeclineCorrection",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.BulkReviews/BulkDecide",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.BulkReviews/BulkRelease",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.BulkReviews/BulkReassign",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.SavedFilters/CreateSavedFilter",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.SavedFilters/ListSavedFilters",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.SavedFilters/DeleteSavedFilter",
        &[Role(Expert), Role(CampaignManager)],
    ),
    // Whoever decided may change the decision until it is published; the handler knows who it was.
    (
        "/irikteu.review.v1.PendingDecisions/ChangeDecision",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.PendingDecisions/ResolveDispute",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.PendingDecisions/PublishDecisions",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.ReviewPolicies/GetReviewPolicy",
        &[Role(Expert), Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.ReviewPolicies/UpdateReviewPolicy",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.review.v1.Statistics/GetReviewStatistics",
        &[Role(CampaignManager)],
    ),
    // The log is for those who answer for the decisions, not for those who make them.
    (
        "/irikteu.review.v1.DecisionLogEntries/ListDecisionLogEntries",
        &[Role(CampaignManager), Role(Administrator)],
    ),
    (
        "/irikteu.review.v1.DecisionLogEntries/VerifyDecisionLog",
        &[Role(CampaignManager), Role(Administrator)],
    ),
    (
        "/irikteu.review.v1.ReasonCodes/ListReasonCodes",
        &[SignedIn],
    ),
    (
        "/irikteu.review.v1.WorkCalendars/GetWorkCalendar",
        &[Anyone],
    ),
    (
        "/irikteu.review.v1.WorkCalendars/ImportWorkCalendar",
        &[Role(CampaignManager), Role(Administrator)],
    ),
    // Whose enquiry it is, and who answers it, is the handler's question.
    (
        "/irikteu.review.v1.Enquiries/CreateEnquiry",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.review.v1.Enquiries/GetEnquiry",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.review.v1.Enquiries/ListEnquiries",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.review.v1.Enquiries/ReplyToEnquiry",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.review.v1.Enquiries/CloseEnquiry",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.review.v1.Enquiries/PublishEnquiry",
        &[Role(CampaignManager), Signatory],
    ),
    (
        "/irikteu.review.v1.PublicAnswers/GetPublicAnswer",
        &[Anyone],
    ),
    (
        "/irikteu.review.v1.PublicAnswers/ListPublicAnswers",
        &[Anyone],
    ),
    (
        "/irikteu.review.v1.PublicAnswers/RetirePublicAnswer",
        &[Role(CampaignManager), Signatory],
    ),
];
