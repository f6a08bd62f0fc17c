//! Lists accounts, newest first, for administrators.

use chassis::Result;
use chassis::caller::Caller;
use chassis::clock::to_us;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;

use super::{Reader, role_from_pb, show};
use crate::domain::login;
use crate::rpc::staff::administrator;
use crate::store::Place;
use crate::store::account::Indexes;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAccountsRequest>,
) -> Result<pb::ListAccountsResponse> {
    let caller = Caller::of(&request);
    administrator(ctx, &caller).await?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let role = role_from_pb(&mut violations, "role", pb.role);
    let login = login::normal(&pb.login);
    if login.chars().count() > login::LONGEST_EMAIL {
        violations.add_with(
            "login",
            "TOO_LONG",
            [("max", login::LONGEST_EMAIL.to_string())],
        );
    }
    // In the filter goes the keyed hash: a page token must not tell a login.
    let (iin, email) = (
        ctx.secrets.iin_index(&login),
        ctx.secrets.email_index(&login),
    );
    let filter = [
        role.map_or("", |role| role.as_str()),
        if login.is_empty() { "" } else { &email },
    ];
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let indexes = (!login.is_empty()).then_some(Indexes {
        iin: &iin,
        email: &email,
    });
    let mut accounts = store::account::list(
        &ctx.sealer,
        ctx.db.read(),
        role,
        indexes.as_ref(),
        page.after.as_ref(),
        page.limit(),
    )
    .await?;
    let next_page_token = page.next(&mut accounts, |last| {
        (to_us(last.created), last.id.to_string())
    });
    Ok(pb::ListAccountsResponse {
        accounts: accounts
            .iter()
            .map(|account| show(account, Reader::Administrator))
            .collect(),
        next_page_token,
    })
}
