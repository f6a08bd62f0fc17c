//! Lists sign-ins that failed, newest first.

use chassis::Result;
use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use crate::domain::account;
use crate::domain::failed_sign_in::FailedSignIn;
use crate::rpc::staff::administrator;
use crate::store::failed_sign_in::Filter;
use crate::{Context, store};

/// Longer than any index of ours.
const LONGEST: usize = 100;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListFailedSignInsRequest>,
) -> Result<pb::ListFailedSignInsResponse> {
    administrator(ctx, &Caller::of(&request)).await?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let account = match pb.account.as_str() {
        "" => String::new(),
        name => match chassis::name::uuid("accounts/*", name) {
            Some(id) => id.to_string(),
            None => {
                violations.add("account", "INVALID_NAME");
                String::new()
            }
        },
    };
    let login_index = violations.sought("login_index", &pb.login_index, LONGEST);
    let origin_index = violations.sought("origin_index", &pb.origin_index, LONGEST);
    let parts = [&account, &login_index, &origin_index].map(String::as_str);
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &parts);
    violations.into_result()?;
    let filter = Filter {
        account: &account,
        login_index: &login_index,
        origin_index: &origin_index,
    };
    let (db, after) = (ctx.db.read(), page.after);
    let mut failed = store::failed_sign_in::list(db, &filter, after, page.limit()).await?;
    let next_page_token = page.next(&mut failed, |last| last.id);
    Ok(pb::ListFailedSignInsResponse {
        failed_sign_ins: failed.iter().map(show).collect(),
        next_page_token,
    })
}

fn show(failed: &FailedSignIn) -> pb::FailedSignIn {
    pb::FailedSignIn {
        name: failed.name(),
        create_time: Some(to_pb(failed.time)),
        account: failed.account.map(account::name).unwrap_or_default(),
        login_index: failed.login_index.clone(),
        origin_index: failed.origin_index.clone(),
    }
}
