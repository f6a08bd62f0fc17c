//! The partners' side: codes looked up, reserved, redeemed, results reported, over mutual TLS.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use proto::google::r#type::Date;
use proto::partner::v1::redemptions_client::RedemptionsClient;
use proto::partner::v1::test_result::Outcome;
use proto::partner::v1::{
    LookUpPromoCodeRequest, RedeemPromoCodeRequest, Redemption, ReportResultRequest,
    ReservePromoCodeRequest, TestResult,
};
use proto::testing::v1::{LanguageLevel, TestSystem};
use tonic::transport::Channel;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt;

use super::actor::ANSWER;
use super::ledger::{Ledger, Redeemed};
use super::patience::pause;
use super::people::Person;
use super::plan::System;
use super::stand::Stand;
use crate::person::new_key;

const TRIES: u32 = 300;
const PAUSE: Duration = Duration::from_millis(100);

/// The test systems that answer for their partners.
#[derive(Debug, Clone)]
pub struct Partners {
    pub kaztest: RedemptionsClient<Channel>,
    pub qrt: RedemptionsClient<Channel>,
}

impl Partners {
    /// A person comes with a code, sits the test, and the result is reported.
    pub async fn tests(
        &self,
        stand: &Stand,
        person: &Person,
        code: &str,
        passes: bool,
    ) -> anyhow::Result<()> {
        let (own, foreign, system) = match person.planned.system {
            System::Kaztest => (&self.kaztest, &self.qrt, TestSystem::Kaztest),
            System::Qrt => (&self.qrt, &self.kaztest, TestSystem::Qrt),
        };
        let sitting = Sitting {
            ledger: &stand.ledger,
            partner: own.clone(),
            system: system.into(),
            // As it is typed at a desk.
            code: code.to_lowercase(),
            iin: person.iin.clone(),
            loses: person.planned.habits.loses_answers,
        };
        if sitting.loses {
            sitting.is_nobody_elses(foreign.clone()).await?;
        }
        let redemption = sitting.takes_the_code(person).await?;
        let redeemed = Redeemed {
            person: person.number(),
            code: code.to_owned(),
            redemption: redemption.clone(),
            reported: false,
        };
        stand.ledger.facts().redemptions.push(redeemed);
        sitting
            .reports(&redemption, result(stand, person, passes)?)
            .await?;
        let mut facts = stand.ledger.facts();
        if let Some(noted) = facts
            .redemptions
            .iter_mut()
            .find(|it| it.redemption == redemption)
        {
            noted.reported = true;
        }
        Ok(())
    }
}

/// One person at a partner's desk.
struct Sitting<'a> {
    ledger: &'a Ledger,
    partner: RedemptionsClient<Channel>,
    system: i32,
    code: String,
    iin: String,
    loses: bool,
}

impl Sitting<'_> {
    fn look_up(&self) -> LookUpPromoCodeRequest {
        LookUpPromoCodeRequest {
            code: self.code.clone(),
            iin: self.iin.clone(),
            test_system: self.system,
        }
    }

    fn reserve(&self, reference: String) -> ReservePromoCodeRequest {
        ReservePromoCodeRequest {
            code: self.code.clone(),
            iin: self.iin.clone(),
            test_system: self.system,
            partner_reference: reference,
            request_id: new_key(),
        }
    }

    /// Another partner may not ask, and the code is good with this person's IIN only.
    async fn is_nobody_elses(&self, foreign: RedemptionsClient<Channel>) -> anyhow::Result<()> {
        let request = self.look_up();
        let answer = timed(
            self.ledger,
            "partner looks up",
            &foreign,
            request,
            |mut it, request| async move { it.look_up_promo_code(request).await },
        )
        .await;
        refused(answer, "NOT_ALLOWED")?;
        let mut stranger = self.look_up();
        "010101100008".clone_into(&mut stranger.iin);
        let partner = &self.partner;
        let request = stranger;
        let answer = timed(
            self.ledger,
            "partner looks up",
            partner,
            request,
            |mut it, request| async move { it.look_up_promo_code(request).await },
        )
        .await;
        let held = refused(answer, "CODE_NOT_ACCEPTED").is_ok();
        self.ledger
            .tried("P3", held, "a code was not accepted with another IIN");
        Ok(())
    }

    /// Look up, reserve, redeem; each twice where answers get lost.
    async fn takes_the_code(&self, person: &Person) -> anyhow::Result<String> {
        let partner = &self.partner;
        let request = self.look_up();
        timed(
            self.ledger,
            "partner looks up",
            partner,
            request,
            |mut it, request| async move { it.look_up_promo_code(request).await },
        )
        .await?;
        let reserve = self.reserve(format!("R-{}", person.number()));
        let request = reserve.clone();
        let reserved = timed(
            self.ledger,
            "partner reserves",
            partner,
            request,
            |mut it, request| async move { it.reserve_promo_code(request).await },
        )
        .await?
        .into_inner();
        if self.loses {
            let request = reserve.clone();
            let again = timed(
                self.ledger,
                "partner reserves",
                partner,
                request,
                |mut it, request| async move { it.reserve_promo_code(request).await },
            )
            .await?
            .into_inner();
            self.ledger.tried(
                "B5",
                again == reserved,
                "a repeated reservation got the same answer",
            );
            let request = self.reserve("another".into());
            let other = timed(
                self.ledger,
                "partner reserves",
                partner,
                request,
                |mut it, request| async move { it.reserve_promo_code(request).await },
            )
            .await;
            refused(other, "CODE_ALREADY_RESERVED")?;
        }
        let redeem = || RedeemPromoCodeRequest {
            name: reserved.name.clone(),
            request_id: new_key(),
        };
        let request = redeem();
        let redeemed = if self.loses {
            // What sits between gives it to two connections.
            let (one, other) = tokio::join!(self.redeems(request.clone()), self.redeems(request));
            let (one, other) = (one?, other?);
            let what = "a redemption that came twice at once got one answer";
            self.ledger.tried("B5", one == other, what);
            one
        } else {
            self.redeems(request).await?
        };
        if self.loses {
            let again = self.redeems(redeem()).await?;
            let held = again.name == redeemed.name && again.redeem_time == redeemed.redeem_time;
            self.ledger
                .tried("P2", held, "redeeming again changed nothing");
            let request = self.reserve("later".into());
            let other = timed(
                self.ledger,
                "partner reserves",
                partner,
                request,
                |mut it, request| async move { it.reserve_promo_code(request).await },
            )
            .await;
            let held = refused(other, "CODE_ALREADY_REDEEMED").is_ok();
            self.ledger
                .tried("P2", held, "a redeemed code can't be reserved");
        }
        ensure!(
            redeemed.name == reserved.name,
            "the redemption keeps its name"
        );
        Ok(reserved.name)
    }

    async fn redeems(&self, request: RedeemPromoCodeRequest) -> Result<Redemption, Status> {
        let answer = timed(
            self.ledger,
            "partner redeems",
            &self.partner,
            request,
            |mut it, request| async move { it.redeem_promo_code(request).await },
        );
        Ok(answer.await?.into_inner())
    }

    async fn reports(&self, redemption: &str, result: TestResult) -> anyhow::Result<()> {
        let partner = &self.partner;
        let report = |result: TestResult| ReportResultRequest {
            name: redemption.to_owned(),
            result: Some(result),
            request_id: new_key(),
        };
        let request = report(result.clone());
        timed(
            self.ledger,
            "partner reports",
            partner,
            request,
            |mut it, request| async move { it.report_result(request).await },
        )
        .await?;
        if self.loses && result.outcome() == Outcome::Passed {
            let request = report(result.clone());
            timed(
                self.ledger,
                "partner reports",
                partner,
                request,
                |mut it, request| async move { it.report_result(request).await },
            )
            .await?;
            let mut other = result;
            other.outcome = Outcome::Failed.into();
            other.level = LanguageLevel::Unspecified.into();
            other.certificate_number.clear();
            (other.issue_date, other.valid_until) = (None, None);
            let request = report(other);
            let answer = timed(
                self.ledger,
                "partner reports",
                partner,
                request,
                |mut it, request| async move { it.report_result(request).await },
            )
            .await;
            refused(answer, "RESULT_ALREADY_REPORTED")?;
        }
        Ok(())
    }
}

fn result(stand: &Stand, person: &Person, passes: bool) -> anyhow::Result<TestResult> {
    if !passes {
        return Ok(TestResult {
            outcome: Outcome::Failed.into(),
            ..Default::default()
        });
    }
    let level = format!("LANGUAGE_LEVEL_{}", person.planned.level);
    let level = LanguageLevel::from_str_name(&level).context("a level")?;
    let day = |date: jiff::civil::Date| Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    };
    Ok(TestResult {
        outcome: Outcome::Passed.into(),
        level: level.into(),
        certificate_number: format!("S-{:06}", person.number()),
        issue_date: Some(day(stand.today())),
        valid_until: Some(day(stand.days_ago(-700))),
    })
}

/// One call, repeated as partners do it: with the same request where nobody answered.
async fn timed<Q: Clone, T, F>(
    ledger: &Ledger,
    step: &'static str,
    partner: &RedemptionsClient<Channel>,
    request: Q,
    call: impl Fn(RedemptionsClient<Channel>, Q) -> F,
) -> Result<Response<T>, Status>
where
    F: Future<Output = Result<Response<T>, Status>>,
{
    let mut tries = 0;
    loop {
        let begun = Instant::now();
        let limited = tokio::time::timeout(ANSWER, call(partner.clone(), request.clone())).await;
        let answer = limited.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer")));
        tries += 1;
        if tries < TRIES && answer.as_ref().is_err_and(says_nothing) {
            pause(PAUSE).await;
            continue;
        }
        ledger.note(step, begun.elapsed(), answer.as_ref().err().map(reason));
        return answer;
    }
}

/// Whether it is left open what came of the call.
fn says_nothing(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => true,
        // The first try is under way still.
        Code::Aborted => reason(status) == "REQUEST_IN_FLIGHT",
        // The connection broke: no status came.
        Code::Unknown => status.get_details_error_info().is_none(),
        _ => false,
    }
}

fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    info.map_or_else(|| status.code().to_string(), |info| info.reason)
}

fn refused<T>(answer: Result<Response<T>, Status>, expected: &str) -> anyhow::Result<()> {
    match answer {
        Err(status) if reason(&status) == expected => Ok(()),
        Err(status) if status.code() == Code::Unavailable => bail!("{status}"),
        Err(status) => bail!("expected {expected}, answered {status}"),
        Ok(_) => bail!("expected {expected}, and it went well"),
    }
}
