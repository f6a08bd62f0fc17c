//! Which calls are open to strangers, which streams say the same to everybody, and which bytes are pages to
//! look at: decided here by hand, because a guess that is wrong opens a door or closes one. A test holds it
//! against the policies of the services.

/// Who may knock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Somebody with a session. What is written down nowhere needs one.
    Session,
    /// Everybody, signed in or not.
    Anyone,
    /// Everybody, who then changes something by what only they know: a password, a code, the token
    /// of a link. Counted more tightly, because whoever guesses calls these.
    Credentials,
}

/// The decisions about one contract.
#[derive(Debug, Clone, Copy)]
pub struct Doors {
    /// Full paths of RPCs: [`Access::Anyone`].
    pub anyone: &'static [&'static str],
    /// Full paths of RPCs: [`Access::Credentials`].
    pub credentials: &'static [&'static str],
    /// Streams that say the same to everybody who is signed in: one call to the service is enough
    /// for all who listen. Each of their messages is the whole state.
    pub shared: &'static [&'static str],
    /// Downloads that are pages of HTML which a service wrote, and nobody uploaded: they are shown, under
    /// a policy that runs and loads nothing but our own style.
    pub pages: &'static [&'static str],
}

/// The decisions about the suite.
pub const SUITE: Doors = Doors {
    anyone: &[
        // The name of an attempt is a secret, and asking how far it is changes nothing.
        "/irikteu.identity.v1.RegistrationAttempts/GetRegistrationAttempt",
        "/irikteu.questionnaire.v1.Campaigns/GetCampaign",
        "/irikteu.questionnaire.v1.Campaigns/ListCampaignVersions",
        "/irikteu.questionnaire.v1.Campaigns/ListCampaigns",
        "/irikteu.questionnaire.v1.Colleges/GetCollege",
        "/irikteu.questionnaire.v1.Colleges/ListColleges",
        "/irikteu.questionnaire.v1.Dictionaries/GetDictionary",
        "/irikteu.questionnaire.v1.Dictionaries/ListDictionaries",
        "/irikteu.questionnaire.v1.Dictionaries/ListDictionaryEntries",
        "/irikteu.questionnaire.v1.Dictionaries/ListDictionaryVersions",
        "/irikteu.questionnaire.v1.Forms/GetFormRevision",
        "/irikteu.questionnaire.v1.Forms/GetFormRevisionDiff",
        "/irikteu.questionnaire.v1.Forms/ListFormRevisions",
        "/irikteu.questionnaire.v1.News/GetNewsItem",
        "/irikteu.questionnaire.v1.News/ListNewsItems",
        "/irikteu.questionnaire.v1.ScoreFormulas/GetScoreFormula",
        "/irikteu.questionnaire.v1.ScoreFormulas/ListScoreFormulas",
        "/irikteu.questionnaire.v1.Specialties/GetSpecialty",
        "/irikteu.questionnaire.v1.Specialties/ListSpecialties",
        "/irikteu.review.v1.PublicAnswers/GetPublicAnswer",
        "/irikteu.review.v1.PublicAnswers/ListPublicAnswers",
        "/irikteu.review.v1.WorkCalendars/GetWorkCalendar",
        "/irikteu.testing.v1.Certificates/GetCertificateKeys",
    ],
    credentials: &[
        "/irikteu.identity.v1.Recoveries/CompleteRecovery",
        "/irikteu.identity.v1.Recoveries/CreateRecovery",
        "/irikteu.identity.v1.Recoveries/ProveRecovery",
        "/irikteu.identity.v1.RegistrationAttempts/CompleteRegistrationAttempt",
        "/irikteu.identity.v1.RegistrationAttempts/CreateRegistrationAttempt",
        "/irikteu.identity.v1.RegistrationAttempts/ProveRegistrationEmail",
        "/irikteu.identity.v1.RegistrationAttempts/ResendRegistrationCode",
        "/irikteu.identity.v1.Sessions/CreateSession",
        "/irikteu.identity.v1.Sessions/RefreshSession",
        "/irikteu.identity.v1.SignInChallenges/CreateSignInChallenge",
        "/irikteu.identity.v1.SignInChallenges/SignInWithSignature",
        "/irikteu.identity.v1.StaffInvitations/AcceptStaffInvitation",
        // Changes nothing, and tells who guesses right.
        "/irikteu.testing.v1.Certificates/VerifyCertificate",
        "/irikteu.testing.v1.WaitlistEntries/RejectSeatOfferByLink",
    ],
    shared: &[
        "/irikteu.testing.v1.TestSessions/WatchSeats",
        "/irikteu.testing.v1.TestSessions/WatchStageSeats",
    ],
    pages: &["/irikteu.testing.v1.Certificates/ShowCertificate"],
};

impl Doors {
    pub fn access(&self, rpc: &str) -> Access {
        if self.credentials.contains(&rpc) {
            Access::Credentials
        } else if self.anyone.contains(&rpc) {
            Access::Anyone
        } else {
            Access::Session
        }
    }

    pub fn is_shared(&self, rpc: &str) -> bool {
        self.shared.contains(&rpc)
    }

    pub fn is_page(&self, rpc: &str) -> bool {
        self.pages.contains(&rpc)
    }
}
