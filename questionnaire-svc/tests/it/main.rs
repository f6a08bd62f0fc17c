//! questionnaire-svc as its callers meet it: the real service on a real database, with a clock
//! that the test moves and small neighbours in place of the other services.
//!
//! | file | what it tells |
//! |---|---|
//! | [`world`], [`candidate`], [`board`], [`applicants`], [`neighbours`], [`paper`] | the service under test, who uses it, who stands beside it, what they upload |
//! | [`clamd`] | scanners of malware |
//! | [`hostile`] | files that are made to do harm |
//! | [`scans`], [`stores`] | documents while the scanner or the store misbehaves |
//! | [`contract`] | every RPC has its policy row and refuses strangers |
//! | the others | the resource of that name |

#![expect(clippy::unwrap_used, reason = "a test says no by panicking")]

mod applicant_names;
mod applicants;
mod application_kinds;
mod applications;
mod attempts;
mod board;
mod board_actions;
mod board_log;
mod campaign_versions;
mod campaigns;
mod candidate;
mod choice_acts;
mod clamd;
mod college_applications;
mod college_news;
mod colleges;
mod contract;
mod corrections;
mod dictionaries;
mod disclosures;
mod documents;
mod dossiers;
mod drafts;
mod events;
mod exams;
mod filings;
mod form_revisions;
mod forms;
mod hostile;
mod jobs;
mod marks;
mod memberships;
mod neighbours;
mod news;
mod nqt;
mod organisations;
mod paper;
mod promo_rights;
mod rankings;
mod reapplications;
mod scans;
mod score_formulas;
mod sections;
mod service_request_files;
mod service_requests;
mod specialties;
mod stores;
mod submissions;
mod without_review;
mod world;
