//! Accepts an invitation: without a session with a new account, in one with the account of it.

use chassis::caller::{Caller, Person as Session};
use chassis::clock::astana_date;
use chassis::identifier::Iin;
use chassis::mask::{Email, Masked};
use chassis::once::{self, Once, Write};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use pb::accept_staff_invitation_request::Proof as Wire;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{PATTERN, kept, show, show_again};
use crate::domain::account::{Account, Person};
use crate::domain::notice::Notice;
use crate::domain::password::{self, Owner, SHORTEST_OF_STAFF};
use crate::domain::refusal::Refusal;
use crate::domain::staff_invitation::{StaffInvitation, State};
use crate::domain::{account, login};
use crate::registry::Found;
use crate::rpc::accounts::Reader;
use crate::rpc::accounts::current_password::CurrentPassword;
use crate::rpc::place::Place;
use crate::rpc::proof::{Proof, Sent, take_guess};
use crate::rpc::stated::{Stated, Words};
use crate::rpc::{check_request_id, named};
use crate::store::account::Indexes;
use crate::store::proof::Provable;
use crate::{Context, events, inbox, store};

const RPC: &str = "AcceptStaffInvitation";

/// A request without mistakes.
struct Wanted {
    id: Uuid,
    proof: Proof,
    password: Masked<String>,
    /// `None` in a session: its account is who it is.
    iin: Option<Iin>,
    stated: Stated,
}

/// Who gets the roles.
enum Acceptor {
    New(Box<Account>, Masked<String>),
    /// The session, and the hash that the password was checked against.
    Known(Session, Masked<String>),
}

pub async fn accept(
    ctx: &Context,
    request: Request<pb::AcceptStaffInvitationRequest>,
) -> Result<pb::StaffInvitation> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let wanted = parse(ctx, &caller, &pb)?;
    let what = fingerprint(ctx, &pb.name, &wanted);
    let (db, clock) = (&ctx.db, &ctx.clock);
    // A repeat finds the invitation accepted: its answer comes first.
    match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Owner).await,
        Once::Begun(write) => drop(write),
    }
    let seen = prove(ctx, &pb.name, &wanted).await?;
    let acceptor = acceptor(ctx, &caller, &place, &seen, wanted).await?;

    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Owner).await,
        Once::Begun(write) => write,
    };
    let now = clock.now();
    let mut invitation = store::staff_invitation::lock(&ctx.sealer, write.tx(), seen.id)
        .await?
        .ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    invitation.is_open(now)?;
    let account = match acceptor {
        Acceptor::New(account, hash) => make(ctx, &write, &account, &hash).await?,
        Acceptor::Known(session, hash) => {
            link(ctx, &write, &session, &hash, &invitation).await?;
            session.account
        }
    };
    let (tx, id) = (write.tx(), invitation.id);
    store::staff_invitation::save_ended(tx, id, State::Accepted, Some(account)).await?;
    invitation.kept_state = State::Accepted;
    invitation.account = Some(account);
    let detail = format!(
        "{} by {}",
        invitation.roles_in_words(),
        account::name(invitation.inviter)
    );
    audit::record(tx, clock, &caller, RPC, &account::name(account), &detail).await?;
    write.commit(kept(id)).await?;
    Ok(show(&invitation, Reader::Owner, now))
}

fn parse(ctx: &Context, caller: &Caller, pb: &pb::AcceptStaffInvitationRequest) -> Result<Wanted> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    let sent = pb.proof.as_ref().map(|proof| match proof {
        Wire::Code(code) => Sent::Code(code),
        Wire::Token(token) => Sent::Token(token),
    });
    let proof = Proof::parse(&mut violations, sent);
    let words = Words {
        birth_date: pb.birth_date.as_ref(),
        family_name: &pb.family_name,
        given_name: &pb.given_name,
        patronymic: &pb.patronymic,
    };
    let today = astana_date(ctx.clock.now());
    let stated = Stated::parse(&mut violations, &words, today);
    let (mut iin, field) = (None, "password");
    let password = match caller {
        Caller::Person(_) => {
            let password = password::sent(&mut violations, field, &pb.password);
            let length = password.reveal().chars().count();
            if (1..SHORTEST_OF_STAFF).contains(&length) {
                let min = [("min", SHORTEST_OF_STAFF.to_string())];
                violations.add_with(field, "TOO_SHORT", min);
            }
            password
        }
        Caller::Stranger => {
            iin = violations.take("iin", login::iin(&pb.iin));
            let digits = iin.map(|iin| iin.reveal());
            let owner = Owner {
                iin: digits.as_deref(),
                email: None,
                is_staff: true,
            };
            password::check(&mut violations, field, &pb.password, owner)
        }
        Caller::Signatory(_) | Caller::Service(_) | Caller::Partner(_) => {
            return Err(Error::Denied);
        }
    };
    match (id, proof) {
        (Some(id), Some(proof)) if violations.is_empty() => Ok(Wanted {
            id,
            proof,
            password,
            iin,
            stated,
        }),
        _ => Err(violations.into()),
    }
}

fn fingerprint(ctx: &Context, name: &str, wanted: &Wanted) -> Vec<u8> {
    let [kind, secret] = wanted.proof.parts();
    let iin = wanted.iin.map(|iin| iin.reveal()).unwrap_or_default();
    let stated = wanted.stated.parts();
    let own = [name, kind, secret, &iin, wanted.password.reveal()];
    let parts: Vec<&str> = own
        .into_iter()
        .chain(stated.iter().map(String::as_str))
        .collect();
    ctx.secrets.fingerprint(&parts)
}

/// The invitation, where the proof is the one of its mail.
async fn prove(ctx: &Context, name: &str, wanted: &Wanted) -> Result<StaffInvitation> {
    let not_found = || Error::NotFound(name.to_owned());
    let find = async || {
        let found = store::staff_invitation::find(&ctx.sealer, ctx.db.read(), wanted.id).await?;
        found.ok_or_else(not_found)
    };
    find().await?.is_open(ctx.clock.now())?;
    let rules = &ctx.config.staff_invitation;
    let (what, most) = (Provable::StaffInvitation, rules.code_tries);
    if wanted.proof.is_code() && !take_guess(ctx, what, wanted.id, most).await? {
        return Err(Refusal::InvitationTriesSpent.into());
    }
    let seen = find().await?;
    let is_right = wanted
        .proof
        .is_of(ctx, seen.id, &seen.code_hash, &seen.token_hash);
    if is_right {
        Ok(seen)
    } else {
        Err(seen.wrong(rules).into())
    }
}

async fn acceptor(
    ctx: &Context,
    caller: &Caller,
    place: &Place,
    seen: &StaffInvitation,
    wanted: Wanted,
) -> Result<Acceptor> {
    let Some(iin) = wanted.iin else {
        let session = caller.person()?.clone();
        let guess = CurrentPassword::new(ctx, session.account, place);
        let hash = guess.check(ctx, &wanted.password).await?;
        return Ok(Acceptor::Known(session, hash));
    };
    let email = Email::parse(seen.email.reveal())
        .map_err(|_| Error::Internal(anyhow::anyhow!("an invitation holds no address")))?;
    // Only now: before the proof it would tell of the address.
    let mut violations = Violations::new();
    let owner = Owner {
        email: Some(&email),
        is_staff: true,
        ..Owner::NOBODY
    };
    password::check(&mut violations, "password", wanted.password.reveal(), owner);
    violations.into_result()?;
    let person: Person = match ctx.registry.find(iin).await {
        Found::Known(person) => *person,
        Found::Unknown | Found::NoAnswer => {
            wanted.stated.person(iin, astana_date(ctx.clock.now()))?
        }
    };
    let hash = ctx.hasher.hash(&wanted.password, &ctx.ids).await?;
    let account = Account {
        id: ctx.ids.uuid(),
        iin: Masked::new(iin.reveal()),
        email,
        language: seen.language,
        person,
        roles: seen.roles.clone(),
        created: ctx.clock.now(),
        version: 1,
    };
    Ok(Acceptor::New(Box::new(account), hash))
}

async fn make(
    ctx: &Context,
    write: &Write,
    account: &Account,
    hash: &Masked<String>,
) -> Result<Uuid> {
    let (iin, email) = (
        ctx.secrets.iin_index_of(account),
        ctx.secrets.email_index(account.email.reveal()),
    );
    let indexes = Indexes {
        iin: &iin,
        email: &email,
    };
    if !store::account::insert(&ctx.sealer, write.tx(), account, &indexes, hash).await? {
        return Err(Refusal::AccountExists.into());
    }
    events::publish::account_created(ctx, write.tx(), account.id, None).await?;
    Ok(account.id)
}

async fn link(
    ctx: &Context,
    write: &Write,
    session: &Session,
    hash: &Masked<String>,
    invitation: &StaffInvitation,
) -> Result<()> {
    let (tx, now, id) = (write.tx(), ctx.clock.now(), session.account);
    if !store::account::lock_password_hash(tx, id, hash).await? {
        return Err(Refusal::CurrentPasswordWrong.into());
    }
    store::session::lock_active(tx, session.session, now).await?;
    for role in &invitation.roles {
        store::role::grant(tx, id, *role, now).await?;
    }
    store::account::touch(tx, id).await?;
    let roles = store::role::of(tx, id).await?;
    let notice = Notice::roles_changed(&roles);
    inbox::tell(ctx, tx, id, &account::name(id), notice).await
}
