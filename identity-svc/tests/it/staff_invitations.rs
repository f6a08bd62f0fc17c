//! Staff come by invitation; a role is felt at once, given or taken, and the audit tells who did it.

use chassis::caller::{Caller, Role};
use futures_util::future::join_all;
use jiff::SignedDuration;
use pb::accept_staff_invitation_request::Proof;
use pb::audit_records_client::AuditRecordsClient;
use pb::staff_invitation::State;
use pb::staff_invitations_client::StaffInvitationsClient;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::world::*;

const ADMIN: &str = "admin@example.kz";
const INVITED: &str = "sarapshy@example.kz";
/// Fifteen characters and more.
const LONG: &str = "қызметкердің ұзын құпиясөзі";

impl World {
    pub async fn invite(
        &self,
        by: &Caller,
        email: &str,
        roles: &[pb::Role],
    ) -> Result<pb::StaffInvitation, Status> {
        let request = pb::CreateStaffInvitationRequest {
            staff_invitation: Some(pb::StaffInvitation {
                email: email.into(),
                roles: roles.iter().map(|role| (*role).into()).collect(),
                ..Default::default()
            }),
            request_id: self.request_id(),
        };
        let mut invitations = StaffInvitationsClient::new(self.speaking_for(by.clone()));
        Ok(invitations
            .create_staff_invitation(request)
            .await?
            .into_inner())
    }

    async fn revoke_invitation(
        &self,
        by: &Caller,
        name: &str,
    ) -> Result<pb::StaffInvitation, Status> {
        let request = pb::RevokeStaffInvitationRequest {
            name: name.into(),
            request_id: self.request_id(),
        };
        let mut invitations = StaffInvitationsClient::new(self.speaking_for(by.clone()));
        Ok(invitations
            .revoke_staff_invitation(request)
            .await?
            .into_inner())
    }

    async fn list_invitations(
        &self,
        by: &Caller,
        state: State,
    ) -> Result<Vec<pb::StaffInvitation>, Status> {
        let request = pb::ListStaffInvitationsRequest {
            state: state.into(),
            ..Default::default()
        };
        let mut invitations = StaffInvitationsClient::new(self.speaking_for(by.clone()));
        let answer = invitations.list_staff_invitations(request).await?;
        Ok(answer.into_inner().staff_invitations)
    }

    /// `by` is a stranger or somebody in a session.
    async fn accept(
        &self,
        by: &Caller,
        request: pb::AcceptStaffInvitationRequest,
    ) -> Result<pb::StaffInvitation, Status> {
        let request = pb::AcceptStaffInvitationRequest {
            request_id: self.request_id(),
            ..request
        };
        let mut invitations = StaffInvitationsClient::new(self.speaking_for(by.clone()));
        Ok(invitations
            .accept_staff_invitation(request)
            .await?
            .into_inner())
    }

    async fn audit(
        &self,
        by: &Caller,
        request: pb::ListAuditRecordsRequest,
    ) -> Result<pb::ListAuditRecordsResponse, Status> {
        let mut records = AuditRecordsClient::new(self.speaking_for(by.clone()));
        Ok(records.list_audit_records(request).await?.into_inner())
    }

    async fn change_role(
        &self,
        by: &Caller,
        name: &str,
        role: pb::Role,
        grants: bool,
    ) -> Result<pb::Account, Status> {
        let (name, request_id) = (name.to_owned(), self.request_id());
        let mut accounts = self.accounts_of(by);
        let role = role.into();
        let answer = if grants {
            let request = pb::GrantRoleRequest {
                name,
                role,
                request_id,
            };
            accounts.grant_role(request).await?
        } else {
            let request = pb::RevokeRoleRequest {
                name,
                role,
                request_id,
            };
            accounts.revoke_role(request).await?
        };
        Ok(answer.into_inner())
    }
}

async fn world_with_administrator() -> (World, Caller) {
    let world = world().await;
    let roles = [Role::Administrator];
    world.seed("010101200508", ADMIN, &roles).await;
    let admin = world.caller(ADMIN).await;
    (world, admin)
}

/// What somebody without an account sends.
fn acceptance(name: &str, proof: Proof) -> pb::AcceptStaffInvitationRequest {
    pb::AcceptStaffInvitationRequest {
        name: name.into(),
        proof: Some(proof),
        password: LONG.into(),
        iin: IIN.into(),
        ..Default::default()
    }
}

fn by_link(name: &str, mail: &pb::Mail) -> pb::AcceptStaffInvitationRequest {
    acceptance(name, Proof::Token(token_of(mail)))
}

#[tokio::test]
async fn an_invited_person_sets_a_password_and_works_in_their_roles() {
    let (world, admin) = world_with_administrator().await;
    let roles = [pb::Role::ExamDesk, pb::Role::Expert, pb::Role::Expert];
    let invitation = world.invite(&admin, " Sarapshy@Example.kz ", &roles).await;
    let invitation = invitation.expect("an invitation");
    assert_eq!(invitation.email, INVITED);
    let both = [pb::Role::Expert, pb::Role::ExamDesk];
    assert_eq!(invitation.roles().collect::<Vec<_>>(), both);
    let mail = world.mail_of(INVITED, &invitation.name).await;
    assert_eq!(mail.subject, "Қызметкер ретінде шақыру");
    assert!(mail.text.contains(": 72."), "{}", mail.text);
    let proof = Proof::Code(code_of(&mail));
    let accepted = world
        .accept(&Caller::Stranger, acceptance(&invitation.name, proof))
        .await;
    let accepted = accepted.expect("accepted");
    assert_eq!(
        (accepted.state(), accepted.email.as_str()),
        (State::Accepted, "")
    );
    let session = world.sign_in(INVITED, LONG).await.expect("a session");
    assert_eq!(session.account, accepted.account);
    let me = world.exchange(&session.access_token).await.expect("me");
    assert!(me.has(Role::Expert) && me.has(Role::ExamDesk) && !me.has(Role::Administrator));
    // Once is enough.
    let again = world
        .accept(&Caller::Stranger, by_link(&invitation.name, &mail))
        .await;
    assert_eq!(again.expect_err("over").fact("state"), "ACCEPTED");
    let request = pb::ListAuditRecordsRequest {
        resource: accepted.account.clone(),
        action: "AcceptStaffInvitation".into(),
        ..Default::default()
    };
    let audit = world
        .audit(&admin, request)
        .await
        .expect("the audit")
        .audit_records;
    let inviter = admin.person().expect("the administrator").name();
    let detail = format!("EXPERT EXAM_DESK by {inviter}");
    assert_eq!(audit.len(), 1);
    assert_eq!(
        (audit[0].caller.as_str(), audit[0].detail.as_str()),
        ("stranger", detail.as_str())
    );
}

#[tokio::test]
async fn who_has_an_account_signs_in_and_gets_the_roles_there() {
    let (world, admin) = world_with_administrator().await;
    let name = world.seed(IIN, EMAIL, &[]).await;
    let invitation = world.invite(&admin, INVITED, &[pb::Role::Expert]).await;
    let invitation = invitation.expect("an invitation");
    let mail = world.mail_of(INVITED, &invitation.name).await;
    let anew = world
        .accept(&Caller::Stranger, by_link(&invitation.name, &mail))
        .await;
    assert_eq!(refused(anew), "ACCOUNT_EXISTS");
    let session = world.sign_in(IIN, PASSWORD).await.expect("a session");
    let me = world.exchange(&session.access_token).await.expect("me");
    let with = |password: &str| pb::AcceptStaffInvitationRequest {
        password: password.into(),
        iin: String::new(),
        ..by_link(&invitation.name, &mail)
    };
    let short = world
        .accept(&me, with("fourteen signs"))
        .await
        .expect_err("short");
    assert_eq!(
        short.violations(),
        [("password".into(), "TOO_SHORT".into())]
    );
    let wrong = world.accept(&me, with("not my long password")).await;
    assert_eq!(refused(wrong), "CURRENT_PASSWORD_WRONG");
    let accepted = world.accept(&me, with(PASSWORD)).await.expect("accepted");
    assert_eq!(accepted.account, name);
    // The session that lives has the role at its next exchange.
    let me = world.exchange(&session.access_token).await.expect("me");
    assert!(me.has(Role::Expert));
    let told = world.mails_to(EMAIL).await;
    assert_eq!(told[0].subject, "Қызметтік рөлдеріңіз өзгерді");
    assert!(told[0].text.contains("• сарапшы"), "{}", told[0].text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_address_has_one_live_invitation_whoever_invites_at_once() {
    let (world, admin) = world_with_administrator().await;
    let invited = (0..6).map(|_| world.invite(&admin, INVITED, &[pb::Role::Expert]));
    let (made, others): (Vec<_>, Vec<_>) =
        join_all(invited).await.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    for other in others {
        assert_eq!(refused(other), "INVITATION_PENDING");
    }
    assert_eq!(world.mails_to(INVITED).await.len(), 1);
    let first = made[0].as_ref().expect("one").name.clone();
    let mail = world.mail_of(INVITED, &first).await;
    // Of those who accept it at once, one does.
    let accepted = ["950615300000", "010101100008", "010101200004"].map(|iin| {
        let request = pb::AcceptStaffInvitationRequest {
            iin: iin.into(),
            ..by_link(&first, &mail)
        };
        world.accept(&Caller::Stranger, request)
    });
    let accepted = join_all(accepted).await;
    let staff = accepted.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(staff, 1, "{accepted:?}");
    let sql = "SELECT 1 AS one FROM account";
    let accounts = chassis::database::query_all(world.wiring.db.read(), sql, []).await;
    assert_eq!(accounts.expect("rows").len(), 2);
}

#[tokio::test]
async fn an_invitation_ends_by_time_and_by_being_taken_back() {
    let (world, admin) = world_with_administrator().await;
    let invite = || world.invite(&admin, INVITED, &[pb::Role::Expert]);
    let first = invite().await.expect("an invitation");
    let mail = world.mail_of(INVITED, &first.name).await;
    world.clock.advance(SignedDuration::from_hours(72));
    let late = world
        .accept(&Caller::Stranger, by_link(&first.name, &mail))
        .await;
    assert_eq!(late.expect_err("late").fact("state"), "EXPIRED");
    let admin = world.caller(ADMIN).await;
    let invite = || world.invite(&admin, INVITED, &[pb::Role::Expert]);
    let second = invite().await.expect("the first is in nobody's way");
    let mail = world.mail_of(INVITED, &second.name).await;
    for _ in 0..2 {
        let revoked = world.revoke_invitation(&admin, &second.name).await;
        assert_eq!(revoked.expect("revoked").state(), State::Revoked);
    }
    let revoked = world
        .accept(&Caller::Stranger, by_link(&second.name, &mail))
        .await;
    assert_eq!(revoked.expect_err("over").fact("state"), "REVOKED");
    let expired = world.revoke_invitation(&admin, &first.name).await;
    assert_eq!(expired.expect_err("over").fact("state"), "EXPIRED");
    let third = invite().await.expect("the second is in nobody's way");
    for (state, expected) in [
        (State::Unspecified, vec![&third, &second, &first]),
        (State::Pending, vec![&third]),
        (State::Revoked, vec![&second]),
        (State::Expired, vec![&first]),
        (State::Accepted, vec![]),
    ] {
        let names = |list: &[&pb::StaffInvitation]| -> Vec<String> {
            list.iter().map(|it| it.name.clone()).collect()
        };
        let found = world.list_invitations(&admin, state).await.expect("a list");
        let found: Vec<_> = found.iter().collect();
        assert_eq!(names(&found), names(&expected), "{state:?}");
    }
    world.clock.advance(SignedDuration::from_hours(94 * 24));
    world.run_jobs().await;
    let admin = world.caller(ADMIN).await;
    let left = world.list_invitations(&admin, State::Unspecified).await;
    assert_eq!(left.expect("a list").len(), 0);
}

#[tokio::test]
async fn codes_are_guessed_ten_times_and_belong_to_their_invitation() {
    let (world, admin) = world_with_administrator().await;
    let first = world
        .invite(&admin, INVITED, &[pb::Role::Expert])
        .await
        .expect("one");
    let other = world
        .invite(&admin, EMAIL, &[pb::Role::Administrator])
        .await
        .expect("one");
    let mail = world.mail_of(INVITED, &first.name).await;
    let foreign = world
        .accept(&Caller::Stranger, by_link(&other.name, &mail))
        .await;
    assert_eq!(refused(foreign), "INVITATION_PROOF_WRONG");
    let guess = |code: String| {
        world.accept(
            &Caller::Stranger,
            acceptance(&first.name, Proof::Code(code)),
        )
    };
    let guesses = join_all((0..12).map(|_| guess(wrong_code(&mail)))).await;
    let reasons: Vec<_> = guesses.into_iter().map(refused).collect();
    let looked_at = reasons
        .iter()
        .filter(|it| *it == "INVITATION_PROOF_WRONG")
        .count();
    assert_eq!(looked_at, 10, "{reasons:?}");
    assert_eq!(
        refused(guess(code_of(&mail)).await),
        "INVITATION_TRIES_SPENT"
    );
    let link = world
        .accept(&Caller::Stranger, by_link(&first.name, &mail))
        .await;
    link.expect("the link still works");
}

#[tokio::test]
async fn a_role_taken_while_a_session_lives_is_felt_at_once() {
    let (world, admin) = world_with_administrator().await;
    let name = world.seed(IIN, EMAIL, &[Role::Administrator]).await;
    let session = world.sign_in(IIN, PASSWORD).await.expect("a session");
    let before = world.exchange(&session.access_token).await.expect("me");
    let invitation = world
        .invite(&before, INVITED, &[pb::Role::Administrator])
        .await;
    let invitation = invitation.expect("an invitation");
    let mail = world.mail_of(INVITED, &invitation.name).await;
    let taken = world
        .change_role(&admin, &name, pb::Role::Administrator, false)
        .await;
    taken.expect("taken");
    // The caller token of a moment ago says "administrator" for a minute. Here it opens nothing.
    let admins_name = admin.person().expect("the administrator").name();
    let list = pb::ListAccountsRequest::default();
    let get = pb::GetAccountRequest {
        name: admins_name.clone(),
    };
    let refusals = [
        refused(world.accounts_of(&before).list_accounts(list).await),
        refused(world.invite(&before, EMAIL, &[pb::Role::Expert]).await),
        refused(world.revoke_invitation(&before, &invitation.name).await),
        refused(world.list_invitations(&before, State::Unspecified).await),
        refused(world.audit(&before, Default::default()).await),
        refused(
            world
                .change_role(&before, &admins_name, pb::Role::Expert, true)
                .await,
        ),
    ];
    assert_eq!(refusals, ["NOT_ALLOWED"; 6]);
    assert_eq!(
        refused(world.accounts_of(&before).get_account(get).await),
        "NOT_FOUND"
    );
    // The session lives on, narrower: the next exchange, three seconds later at most, has no role.
    let after = world.exchange(&session.access_token).await.expect("me");
    assert!(!after.has(Role::Administrator));
    // And what the administrator of yesterday offered is offered no more.
    let late = world
        .accept(&Caller::Stranger, by_link(&invitation.name, &mail))
        .await;
    assert_eq!(late.expect_err("over").fact("state"), "REVOKED");
    let told = world.mails_to(EMAIL).await;
    assert!(told[0].text.contains("рөл жоқ"), "{}", told[0].text);
}

#[tokio::test]
async fn the_audit_is_read_by_administrators_newest_first_in_pages() {
    let (world, admin) = world_with_administrator().await;
    let name = world.seed(IIN, EMAIL, &[]).await;
    for (role, grants) in [
        (pb::Role::Expert, true),
        (pb::Role::ExamDesk, true),
        (pb::Role::Expert, false),
    ] {
        world.clock.advance(SignedDuration::from_secs(1));
        let changed = world.change_role(&admin, &name, role, grants).await;
        changed.expect("changed");
    }
    let by = admin.person().expect("the administrator").name();
    let mut request = pb::ListAuditRecordsRequest {
        resource: name.clone(),
        caller: by.clone(),
        page_size: 2,
        ..Default::default()
    };
    let first = world.audit(&admin, request.clone()).await.expect("a page");
    let told = |page: &pb::ListAuditRecordsResponse| -> Vec<(String, String)> {
        let records = page.audit_records.iter();
        records
            .map(|it| (it.action.clone(), it.detail.clone()))
            .collect()
    };
    let pair = |action: &str, detail: &str| (action.to_owned(), detail.to_owned());
    assert_eq!(
        told(&first),
        [pair("RevokeRole", "EXPERT"), pair("GrantRole", "EXAM_DESK")]
    );
    assert!(
        first
            .audit_records
            .iter()
            .all(|it| it.caller == by && it.resource == name)
    );
    request.page_token = first.next_page_token;
    let second = world.audit(&admin, request).await.expect("a page");
    assert_eq!(
        (told(&second), second.next_page_token.as_str()),
        (vec![pair("GrantRole", "EXPERT")], "")
    );
    let grants = pb::ListAuditRecordsRequest {
        action: "GrantRole".into(),
        ..Default::default()
    };
    assert_eq!(
        world
            .audit(&admin, grants)
            .await
            .expect("a list")
            .audit_records
            .len(),
        2
    );
    let me = world.caller(IIN).await;
    assert_eq!(
        refused(world.audit(&me, Default::default()).await),
        "NOT_ALLOWED"
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_invitation_is_told_at_once_and_staff_have_longer_passwords() {
    let (world, admin) = world_with_administrator().await;
    let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let pairs = pairs
            .iter()
            .map(|(field, why)| ((*field).into(), (*why).into()));
        pairs.collect()
    };
    let status = world
        .invite(&admin, "nobody", &[])
        .await
        .expect_err("wrong");
    let wrong = [
        ("staff_invitation.email", "EMAIL_INVALID"),
        ("staff_invitation.roles", "REQUIRED"),
    ];
    assert_eq!(status.violations(), owned(&wrong));
    let invitation = world.invite(&admin, INVITED, &[pb::Role::Expert]).await;
    let invitation = invitation.expect("an invitation");
    let mail = world.mail_of(INVITED, &invitation.name).await;
    let empty = pb::AcceptStaffInvitationRequest {
        name: invitation.name.clone(),
        password: "fourteen signs".into(),
        ..Default::default()
    };
    let status = world
        .accept(&Caller::Stranger, empty)
        .await
        .expect_err("wrong");
    let wrong = [
        ("code", "REQUIRED"),
        ("iin", "REQUIRED"),
        ("password", "TOO_SHORT"),
    ];
    assert_eq!(status.violations(), owned(&wrong));
    let telling = pb::AcceptStaffInvitationRequest {
        password: "my sarapshy@example.kz".into(),
        ..by_link(&invitation.name, &mail)
    };
    let status = world
        .accept(&Caller::Stranger, telling)
        .await
        .expect_err("wrong");
    assert_eq!(
        status.violations(),
        owned(&[("password", "PASSWORD_CONTAINS_LOGIN")])
    );
    // Somebody whom the registry does not know says who they are.
    let unknown = pb::AcceptStaffInvitationRequest {
        iin: "950615900009".into(),
        ..by_link(&invitation.name, &mail)
    };
    let status = world
        .accept(&Caller::Stranger, unknown.clone())
        .await
        .expect_err("who?");
    assert!(
        status
            .violations()
            .contains(&("family_name".into(), "REQUIRED".into()))
    );
    let known = pb::AcceptStaffInvitationRequest {
        family_name: "ҮЛГІ".into(),
        given_name: "ҚЫЗМЕТКЕР".into(),
        birth_date: Some(proto::google::r#type::Date {
            year: 1990,
            month: 1,
            day: 2,
        }),
        ..unknown
    };
    world
        .accept(&Caller::Stranger, known)
        .await
        .expect("accepted");
    let session = world.sign_in(INVITED, LONG).await.expect("a session");
    let me = world.exchange(&session.access_token).await.expect("me");
    let change = pb::ChangePasswordRequest {
        name: "accounts/me".into(),
        current_password: LONG.into(),
        new_password: "fourteen signs".into(),
        request_id: world.request_id(),
    };
    let status = world.accounts_of(&me).change_password(change).await;
    let short = owned(&[("new_password", "TOO_SHORT")]);
    assert_eq!(status.expect_err("short").violations(), short);
}
