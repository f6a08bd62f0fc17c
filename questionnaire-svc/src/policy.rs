//! Who may call which RPC of questionnaire-svc. What is the caller's own is the handler's question.

use chassis::caller::Role::{Administrator, CampaignManager};
use chassis::policy::Allow::{Anyone, Role, Service, Signatory, SignedIn};
use chassis::policy::Row;

pub const ROWS: &[Row] = &[
    (
        "/irikteu.questionnaire.v1.Campaigns/ListCampaigns",
        &[Anyone],
    ),
    ("/irikteu.questionnaire.v1.Campaigns/GetCampaign", &[Anyone]),
    (
        "/irikteu.questionnaire.v1.Campaigns/CreateCampaign",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.AuditRecords/ListAuditRecords",
        &[Role(Administrator)],
    ),
    (
        "/irikteu.questionnaire.v1.Campaigns/UpdateCampaign",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Campaigns/OpenCampaign",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Campaigns/CloseCampaign",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Campaigns/ListCampaignVersions",
        &[Anyone],
    ),
    ("/irikteu.questionnaire.v1.Forms/GetFormRevision", &[Anyone]),
    (
        "/irikteu.questionnaire.v1.Forms/ListFormRevisions",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.Forms/CreateFormRevision",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Forms/PublishFormRevision",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Forms/GetFormRevisionDiff",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.Dictionaries/ListDictionaries",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.Dictionaries/ListDictionaryEntries",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.Dictionaries/GetDictionary",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.Dictionaries/CreateDictionary",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Dictionaries/ImportDictionaryEntries",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Dictionaries/ListDictionaryVersions",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/CreateApplication",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/AskForCorrection",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/DisqualifyApplication",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/MarkErroneous",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/RebaseApplication",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/ListRebases",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/GetApplication",
        &[
            SignedIn,
            Signatory,
            Service("identity-svc"),
            Service("review-svc"),
            Service("testing-svc"),
        ],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/ListApplications",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/GetReadiness",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/SubmitApplication",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Applications/WithdrawApplication",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.ApplicationChoices/GetApplicationChoice",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ApplicationChoices/ListApplicationChoices",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ApplicationChoices/GetChoiceStatistics",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ApplicationChoices/WithdrawApplicationChoice",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Sections/GetSection",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.Sections/ListSections",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.Sections/UpdateSection",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.Documents/CreateDocument",
        &[SignedIn, Signatory],
    ),
    (UPLOAD_DOCUMENT, &[SignedIn, Signatory]),
    // Experts reach the documents of what was submitted, and boards those of who chose their college;
    // review-svc fetches them for a dossier.
    (
        DOWNLOAD_DOCUMENT,
        &[SignedIn, Signatory, Service("review-svc")],
    ),
    (
        "/irikteu.questionnaire.v1.Documents/GetDocument",
        &[SignedIn, Signatory, Service("review-svc")],
    ),
    (
        "/irikteu.questionnaire.v1.Documents/ListDocuments",
        &[SignedIn, Signatory, Service("review-svc")],
    ),
    (
        "/irikteu.questionnaire.v1.Documents/DeleteDocument",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.Submissions/GetSubmission",
        &[SignedIn, Signatory, Service("review-svc")],
    ),
    (
        "/irikteu.questionnaire.v1.Disclosures/ListDisclosures",
        &[SignedIn],
    ),
    ("/irikteu.questionnaire.v1.News/ListNewsItems", &[Anyone]),
    ("/irikteu.questionnaire.v1.News/GetNewsItem", &[Anyone]),
    (
        "/irikteu.questionnaire.v1.News/CreateNewsItem",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.News/UpdateNewsItem",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.News/RetireNewsItem",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.Organisations/GetOrganisation",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Organisations/ListOrganisations",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Organisations/ImportOrganisations",
        &[Role(CampaignManager)],
    ),
    (
        "/irikteu.questionnaire.v1.PromoRights/ClaimPromoRight",
        &[Service("testing-svc")],
    ),
    (
        "/irikteu.questionnaire.v1.Specialties/GetSpecialty",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.Specialties/ListSpecialties",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.ScoreFormulas/GetScoreFormula",
        &[Anyone],
    ),
    (
        "/irikteu.questionnaire.v1.ScoreFormulas/ListScoreFormulas",
        &[Anyone],
    ),
    ("/irikteu.questionnaire.v1.Colleges/GetCollege", &[Anyone]),
    ("/irikteu.questionnaire.v1.Colleges/ListColleges", &[Anyone]),
    (
        "/irikteu.questionnaire.v1.BoardActions/PrepareBoardAction",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.BoardActions/SignBoardAction",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.BoardActions/GetBoardAction",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.BoardActions/ListBoardActions",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.BoardActions/ListBoardLogEntries",
        &[Role(CampaignManager), Role(Administrator)],
    ),
    (
        "/irikteu.questionnaire.v1.BoardActions/DownloadBoardLog",
        &[Signatory, Role(Administrator)],
    ),
    (
        "/irikteu.questionnaire.v1.ExamSittings/GetExamSitting",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ExamSittings/ListExamSittings",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ServiceRequests/CreateServiceRequest",
        &[SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.ServiceRequests/GetServiceRequest",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ServiceRequests/ListServiceRequests",
        &[SignedIn, Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ServiceRequests/DownloadServiceRequests",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ServiceRequests/GetServiceRequestStatistics",
        &[Signatory],
    ),
    (
        "/irikteu.questionnaire.v1.ServiceRequests/WithdrawServiceRequest",
        &[SignedIn],
    ),
];

/// Calls that last as long as a person's line needs.
pub const UPLOAD_DOCUMENT: &str = "/irikteu.questionnaire.v1.Documents/UploadDocument";
pub const DOWNLOAD_DOCUMENT: &str = "/irikteu.questionnaire.v1.Documents/DownloadDocument";
