//! Invites an address to the staff, and mails a code and a link.

use chassis::caller::{Caller, Role};
use chassis::mask::{Email, Masked};
use chassis::once::{self, Once};
use chassis::text::Language;
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{kept, show, show_again};
use crate::domain::login;
use crate::domain::refusal::Refusal;
use crate::domain::staff_invitation::{StaffInvitation, State};
use crate::letters::{self, ProofLetter};
use crate::rpc::accounts::{Reader, role_from_pb};
use crate::rpc::proof::Secret;
use crate::rpc::staff::lock_administrators;
use crate::rpc::{check_request_id, language_from_pb};
use crate::{Context, store};

const RPC: &str = "CreateStaffInvitation";

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateStaffInvitationRequest>,
) -> Result<pb::StaffInvitation> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (email, roles, language) = parse(&pb)?;
    let (id, secret, now) = (ctx.ids.uuid(), Secret::new(ctx), ctx.clock.now());
    let hashes = secret.hashes(ctx, id);
    let invitation = StaffInvitation {
        id,
        kept_state: State::Pending,
        email: Masked::new(email.reveal().to_owned()),
        email_index: ctx.secrets.email_index(email.reveal()),
        roles,
        language,
        inviter: caller.person()?.account,
        account: None,
        code_hash: hashes.code,
        token_hash: hashes.token,
        code_tries: 0,
        created: now,
        expires: now + ctx.config.staff_invitation.life,
    };
    let roles = invitation.roles_in_words();
    let what = [email.reveal(), &roles, language.code()];
    let what = ctx.secrets.fingerprint(&what);
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Administrator).await,
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    lock_administrators(tx, &caller).await?;
    if !store::staff_invitation::insert(&ctx.sealer, tx, &invitation).await? {
        return Err(Refusal::InvitationPending.into());
    }
    let letter = ProofLetter {
        texts: "staff-invitation-mail",
        page: "accept-invitation",
        to: email.reveal(),
        language,
        name: &invitation.name(),
        secret: &secret,
        lasts: ctx.config.staff_invitation.life.as_hours(),
    };
    letters::send_proof(ctx, tx, &letter).await?;
    audit::record(tx, clock, &caller, RPC, &invitation.name(), &roles).await?;
    write.commit(kept(id)).await?;
    Ok(show(&invitation, Reader::Administrator, now))
}

fn parse(pb: &pb::CreateStaffInvitationRequest) -> Result<(Email, Vec<Role>, Language)> {
    let wanted = pb.staff_invitation.clone().unwrap_or_default();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let field = |name: &str| format!("staff_invitation.{name}");
    let email = violations.take(&field("email"), login::email(&wanted.email));
    if wanted.roles.is_empty() {
        violations.add(field("roles"), "REQUIRED");
    }
    let mut roles = Vec::new();
    for (at, role) in wanted.roles.iter().enumerate() {
        let field = field(&format!("roles[{at}]"));
        match *role {
            0 => {
                violations.add(field, "REQUIRED");
            }
            role => roles.extend(role_from_pb(&mut violations, &field, role)),
        }
    }
    roles.sort_unstable();
    roles.dedup();
    let language = language_from_pb(&mut violations, &field("language"), wanted.language);
    match email {
        Some(email) if violations.is_empty() => Ok((email, roles, language)),
        _ => Err(violations.into()),
    }
}
